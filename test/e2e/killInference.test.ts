/** The model's process dies in the middle of a run: the panel says so, nothing is lost, and the next prompt works. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AnnotatorFrame } from '../support/frames';
import { processesOf } from '../support/processes';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode();

describe('a crash of the inference process', () => {
  let annotator: AnnotatorFrame;

  it('during a run is reported, and keeps what is there', async () => {
    const { workbench, server } = vscode();
    await workbench.explorerMenu('photos/coffee.jpg', 'Segment Image');
    annotator = await vscode().annotator();
    await annotator.clickImage(366, 284);
    await annotator.waitForRegions(1);

    await annotator.finishRegion();
    const processes = await processesOf(server.pid, /inferenceProcess\.cjs/);
    expect(processes).toHaveLength(1);
    const { pid } = processes[0] as { pid: number };
    // Stopped first, so that the run is certain to be under way when the process dies.
    process.kill(pid, 'SIGSTOP');
    await annotator.clickImage(130, 230);
    await annotator.waitUntilBusy();
    // The page is busy before the host has handed the prompt on; a process that stands still cannot answer meanwhile.
    await sleep(1500);
    process.kill(pid, 'SIGKILL');
    await annotator.waitForNotice(/ended unexpectedly/);
    await annotator.waitUntilIdle();
    expect(await annotator.regions()).toBe(1);
  });

  it('does not keep the next prompt from working, in a new process', async () => {
    await annotator.clickImage(285, 150);
    await annotator.waitForRegions(2, 60_000);
    expect(await processesOf(vscode().server.pid, /inferenceProcess\.cjs/)).toHaveLength(1);
    await vscode().workbench.waitForDirty('coffee.jpg', true);
  });
});
