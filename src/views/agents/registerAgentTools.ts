/** Registers the tools for chat agents. What answers them is loaded with the first call: most windows have none. */
import * as vscode from 'vscode';
import type { AgentTools, AgentToolServices } from './agentTools';
import { somePackDescribes } from './canDescribe';
import { agentToolNames, canDescribeKey } from './toolNames';

export interface AgentToolOptions extends AgentToolServices {
  /** Folders that may hold packs which describe pictures. */
  packFolders: readonly string[];
}

/** Disposed with the extension; `refresh` looks again at which tools apply. */
export interface RegisteredAgentTools extends vscode.Disposable {
  refresh(): Promise<void>;
}

export function registerAgentTools({ packFolders, ...services }: AgentToolOptions): RegisteredAgentTools {
  let loading: Promise<AgentTools> | undefined;
  const load = () => (loading ??= import('./agentTools').then(({ AgentTools }) => new AgentTools(services)));
  const tools = agentToolNames.map((name) =>
    vscode.lm.registerTool<object>(name, {
      prepareInvocation: async ({ input }) => (await load()).prepare(name, input),
      invoke: async (options, token) => (await load()).invoke(name, options, token),
    }),
  );
  return {
    refresh: async () => {
      const { servers } = await services.configuration();
      const can =
        servers.some(({ tasks }) => tasks.includes('describe')) || (await somePackDescribes(packFolders));
      await vscode.commands.executeCommand('setContext', canDescribeKey, can);
    },
    dispose: () => vscode.Disposable.from(...tools).dispose(),
  };
}
