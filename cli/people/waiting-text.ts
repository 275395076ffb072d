import { counted } from '#crds';
import { gateText } from './gate-text.ts';
import type { SessionGates } from './gates.ts';

/** Of more gates only the number is told: each is shown in full where it is decided. */
const mostShown = 8;

/** The gates of a Session that wait for people, each as whoever decides it is shown it; nothing where none does. */
export async function waitingText({ gates, read }: SessionGates, now: number): Promise<readonly string[]> {
  const open = gates.filter(({ decided }) => decided === null);
  const shown: string[] = [];
  for (const gate of open.slice(0, mostShown)) {
    const { input, inputDigest } = gate.opened.body;
    shown.push(gateText(gate, await read(input, inputDigest), now));
  }
  const more = open.length - shown.length;
  return more === 0 ? shown : [...shown, `… and ${counted(more, 'more gate')}: orket approve SESSION GATE shows one`];
}
