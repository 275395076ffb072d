import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { BundleRule } from '#crds';
import { bundleOf, stepOf } from '../session/bundles.ts';
import { outline, SessionRig } from '../session/rig.ts';
import { hosted, hostsFolder, hostsFor } from './tool-host-rig.ts';

afterAll(() => rmSync(hostsFolder, { recursive: true }));

describe.each([
  ['a module', 'module'],
  ['Python', 'python'],
] as const)('state that a tool in %s puts, in a Session', (_what, language) => {
  it.each<[string, readonly BundleRule[], string, readonly string[]]>([
    ['is put by a call of its own', [], 'succeeded', ['call.intent', 'call.outcome']],
    [
      'is not put where a Policy denies state.put',
      [{ match: 'call.name == "state.put"', action: 'deny' }],
      'CallDenied',
      ['policy.decided', 'call.denied'],
    ],
  ])('%s', async (_how, policyRules, ended, records) => {
    const tool = await hosted(language, 'change', { risk: 'write' });
    const steps = [stepOf({ tool: tool.name, input: { what: 'put' } })];
    const rig = new SessionRig(bundleOf({ tools: [tool], policyRules, steps }));
    const hosts = await hostsFor([tool]);
    try {
      const { status, error, stateDigest } = await rig.run({ hosts });
      expect(error?.reason ?? status).toBe(ended);
      expect(await rig.state.get('a')).toMatchObject({ version: ended === 'succeeded' ? 1 : 0 });
      const below = outline(await rig.records()).filter((line) => line.includes('/k'));
      expect(below).toEqual(records.map((type) => `${type} first#1~1/k1~1`));
      expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
    } finally {
      await hosts.close();
      rig.dispose();
    }
  });
});
