import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { BundleTool, JsonObject, JsonValue } from '#crds';
import type { CallContext } from '../../runtime/call/run.ts';
import type { Confinement } from '../../runtime/tools/host/confinement.ts';
import type { HostedTool } from '../../runtime/tools/host/definitions.ts';
import type { ToolHosts } from '../../runtime/tools/host/hosts.ts';
import { semanticsOf } from '#runtime';
import { openWorkspace } from '../../runtime/workspace/open.ts';
import { callContext } from '../session/call-context.ts';
import { makeFolder, type TemporaryFolder } from './tool-host-folder.ts';
import { leftAfter } from './tool-host-processes.ts';
import { hosted, hostsFor, hostsFolder, suiteTools, type Language } from './tool-host-rig.ts';

export interface Called {
  readonly context?: Partial<CallContext>;
  /** Default those that are kept, else new ones with this tool alone. */
  readonly hosts?: ToolHosts;
  readonly tool?: Partial<BundleTool>;
}

/** Hosts of one language, and calls of their tools with the files of a folder; all is gone after each test. */
export interface Bench {
  readonly language: Language;
  readonly folder: () => TemporaryFolder;
  readonly startHosts: (...tools: readonly (string | HostedTool)[]) => Promise<ToolHosts>;
  /** Closes it with the others. */
  readonly opened: (hosts: ToolHosts) => ToolHosts;
  readonly call: (name: string, input?: JsonObject, called?: Called) => Promise<JsonValue>;
  /** Keeps one pair of hosts for all tests of a `describe`, which calls this first: with a network, and without. */
  readonly keepHosts: () => void;
  /** What is in force. */
  readonly confinement: Confinement;
}

/** Sets up the bench for the tests of a file, under what this machine offers or something weaker. */
export function setUpBench(language: Language, confinement: Confinement): Bench {
  let folder: TemporaryFolder | undefined;
  const open: ToolHosts[] = [];
  let kept: ToolHosts | undefined;
  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((hosts) => hosts.close()));
    folder?.remove();
  });
  afterAll(async () => {
    expect(await leftAfter(5_000)).toEqual([]);
    expect(readdirSync(hostsFolder)).toEqual([]);
  });

  const opened = (hosts: ToolHosts): ToolHosts => {
    open.push(hosts);
    return hosts;
  };
  const folderNow = (): TemporaryFolder => {
    if (folder === undefined) throw new Error('there is a folder within a test only');
    return folder;
  };
  const context = async (parts: Partial<CallContext> = {}): Promise<CallContext> => {
    const workspace = await openWorkspace({
      spaces: { workspace: folderNow().path, domain: null, references: {} },
      policy: { readScope: ['workspace'], writeScope: ['workspace'] },
      limits: semanticsOf(1).fileLimits,
      sizeLimitBytes: 1_000_000,
      domainTree: null,
      referenceTrees: {},
    });
    return callContext(workspace.forCall(), parts);
  };
  const startHosts: Bench['startHosts'] = async (...tools) => {
    const all = await Promise.all(
      tools.map(async (tool) => (typeof tool === 'string' ? hosted(language, tool) : tool)),
    );
    return opened(await hostsFor(all, { confinement }));
  };
  const call: Bench['call'] = async (name, input = {}, called = {}) => {
    const tool = await hosted(language, name, called.tool);
    const hosts = called.hosts ?? kept ?? (await startHosts(tool));
    return hosts.call(tool, input, await context(called.context));
  };
  const keepHosts = (): void => {
    beforeAll(async () => {
      const offered = await Promise.all(
        suiteTools.flatMap((name) => [hosted(language, name), hosted(language, name, { risk: 'network' })]),
      );
      kept = await hostsFor(offered, { confinement });
    });
    afterAll(async () => {
      await kept?.close();
      kept = undefined;
    });
  };
  return {
    language,
    folder: folderNow,
    startHosts,
    opened,
    call,
    keepHosts,
    confinement,
  };
}
