/** Installing a pack: its licence and what will happen are shown first, then it is fetched with progress, and can be paused. */
import * as vscode from 'vscode';
import { progressInWords } from '../../inference/packs/install/words';
import type { InstallPlan, InstallProgress, PackSource, PackStore } from '../../inference/packs/install/types';
import { isCancelled, toWireError } from '../../protocol/errors';
import type { PackSummary } from '../../protocol/packs';
import { bytesInWords } from '../../protocol/words';

export interface InstallServices {
  store(): Promise<PackStore>;
  /** The packs of this machine have changed, or what was interrupted. */
  refresh(): void;
  setDefault(pack: PackSummary): Promise<void>;
}

/** @throws GroundnoteError as planning does; what goes wrong later is said, with what can be done about it */
export async function installPack(services: InstallServices, source: PackSource): Promise<void> {
  const store = await services.store();
  const plan = await withProgress('Looking at what is there', (signal) => store.plan(source, signal));
  if (!(await agree(plan))) return;
  let pack: PackSummary;
  try {
    let isListed = false;
    pack = await withProgress(`Installing ${plan.title}`, (signal, report) =>
      store.install(plan, true, {
        signal,
        onProgress: (progress) => {
          report(progress);
          if (isListed || progress.phase === 'asking') return;
          isListed = true;
          services.refresh();
        },
        acceptLicense: ({ license, licenseUrl }) =>
          accept(`The licence of “${plan.title}” is ${license}`, '', 'Accept Licence', licenseUrl),
      }),
    );
  } catch (error) {
    services.refresh();
    return whatNow(services, store, plan, error);
  }
  services.refresh();
  await offerUse(services, pack);
}

/** @returns whether the user wants it, and accepts its licence */
function agree(plan: InstallPlan): Promise<boolean> {
  const { title, license, bytes, bytesHere, bytesFree, hosts, needsConsent, replaces, licenseUrl } = plan;
  const left = Math.max(0, bytes - bytesHere);
  const lines = [
    license && `Licence: ${license}`,
    bytes > 0
      ? `${hosts.length ? 'Download' : 'Size'}: ${bytesInWords(left)}${bytesHere ? ` (${bytesInWords(bytesHere)} are here already)` : ''}; ${bytesInWords(bytesFree)} are free`
      : `Free on this disk: ${bytesInWords(bytesFree)}`,
    hosts.length ? `From: ${hosts.join(', ')}` : 'From this machine; nothing is downloaded.',
    replaces !== undefined && `Replaces version ${replaces} by ${plan.version}.`,
  ];
  const button = needsConsent ? 'Accept Licence and Install' : 'Install';
  return accept(`Install “${title}”?`, lines.filter(Boolean).join('\n'), button, licenseUrl);
}

async function accept(
  message: string,
  detail: string,
  button: string,
  licenseUrl: string | undefined,
): Promise<boolean> {
  const show = 'Show Licence';
  for (;;) {
    const answer = await vscode.window.showInformationMessage(
      message,
      { modal: true, detail },
      button,
      ...(licenseUrl ? [show] : []),
    );
    if (answer !== show || !licenseUrl) return answer === button;
    await vscode.env.openExternal(vscode.Uri.parse(licenseUrl, true));
  }
}

/** It was paused, or something went wrong: what was downloaded waits to be gone on with. */
async function whatNow(
  services: InstallServices,
  store: PackStore,
  plan: InstallPlan,
  error: unknown,
): Promise<void> {
  const kept = (await store.partial()).find(({ id }) => id === plan.id);
  const paused = isCancelled(error);
  const [resume, discard] = [paused ? 'Resume' : 'Try Again', 'Discard'];
  const state = kept ? ` ${bytesInWords(kept.bytesHere)} of ${bytesInWords(kept.bytes)} are here.` : '';
  if (paused && !kept) return;
  const answer = paused
    ? await vscode.window.showInformationMessage(
        `“${plan.title}” is paused.${state} Resume it here or in the Models view.`,
        resume,
        discard,
      )
    : await vscode.window.showErrorMessage(
        `${toWireError(error).message}${state}`,
        resume,
        ...(kept ? [discard] : []),
      );
  if (answer === resume) await installPack(services, plan.source);
  else if (answer === discard) {
    await store.discard(plan.id);
    services.refresh();
  }
}

async function offerUse(services: InstallServices, pack: PackSummary): Promise<void> {
  const segment = 'Segment an Image';
  const use = 'Set as Default…';
  const answer = await vscode.window.showInformationMessage(
    `“${pack.title}” is installed.`,
    ...(pack.tasks.includes('segment') ? [segment] : []),
    use,
  );
  if (answer === segment) await vscode.commands.executeCommand('groundnote.segmentImage');
  else if (answer === use) await services.setDefault(pack);
}

/** Work in a notification whose Cancel aborts it. */
export function withProgress<T>(
  title: string,
  work: (signal: AbortSignal, report: (progress: InstallProgress) => void) => Promise<T>,
): Promise<T> {
  return Promise.resolve(
    vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      (progress, token) => {
        const controller = new AbortController();
        const subscription = token.onCancellationRequested(() => controller.abort());
        let shown = 0;
        const report = (now: InstallProgress) => {
          const at = now.total > 0 ? (now.bytes / now.total) * 100 : 0;
          progress.report({ message: progressInWords(now), increment: Math.max(0, at - shown) });
          shown = Math.max(shown, at);
        };
        return work(controller.signal, report).finally(() => subscription.dispose());
      },
    ),
  );
}
