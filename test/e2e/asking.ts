import { band, closure, role, score, scripted } from './manifests.ts';

/** A step that is over at once, and a role that writes a file, once more where that is denied, and a rule that has people look at it. */
export function asking(
  parts: { readonly delaySeconds?: number; readonly [member: string]: unknown } = {},
): readonly object[] {
  const { delaySeconds, ...rule } = parts;
  const write = (text: string): object => ({
    toolCalls: [{ name: 'files.write', arguments: { path: 'workspace:a.txt', text } }],
  });
  const venue = scripted(
    { when: "request.task == 'Begin.'", text: 'begun' },
    {
      when: 'request.turn == 1',
      ...write('one \u001b[31mred'),
      ...(delaySeconds === undefined ? {} : { delaySeconds }),
    },
    {
      when: 'request.results[0].error != null && request.turn == 2',
      ...write("two, for ${{ request.results[0].error.replace('CallDenied: ', '') }}"),
    },
    { text: 'wrote ${{ request.results[request.results.size() - 1].output.path }}' },
  );
  const policy = {
    apiVersion: 'orket.dev/v1alpha1',
    kind: 'Policy',
    metadata: { name: 'writes' },
    spec: { rules: [{ name: 'writes', match: "call.risk == 'write'", action: 'approve', ...rule }] },
  };
  const steps = score(
    { id: 'begin', role: 'worker', task: 'Begin.' },
    { id: 'work', role: 'worker', task: 'Work.' },
    { id: 'last', role: 'worker', task: 'Begin.', when: 'false' },
  );
  return [...closure({ venue, score: steps, band: band({ spec: { roles: [role()] } }) }), policy];
}
