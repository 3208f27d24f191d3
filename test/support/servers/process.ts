/** Real servers, each a process group of its own on a free port of the loopback. None outlives the tests. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface RealServer {
  url: string;
  port: number;
  /** Ends it at once, with all that it has started. */
  kill(): Promise<void>;
}

export interface ServerCommand {
  command: string;
  args(port: number): readonly string[];
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  /** Answers with 200 when it is ready. */
  readyPath: string;
  /** The port of before, for a server that comes back; absent: a free one. */
  port?: number;
  /** How long it may take to be ready. */
  seconds?: number;
}

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach(killGroup));

/** @throws Error with the end of what it said, when it ends or is not ready in time */
export async function startServer({
  command,
  args,
  env,
  cwd,
  readyPath,
  seconds = 120,
  ...wanted
}: ServerCommand): Promise<RealServer> {
  const port = wanted.port ?? (await freePort());
  // Servers write where they live, and look into their user's settings.
  const home = mkdtempSync(path.join(tmpdir(), 'groundnote-server-'));
  const child = spawn(command, args(port), {
    cwd,
    env: { ...process.env, HOME: home, PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-4000)));
  let hasStarted = true;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      hasStarted = false;
      said += String(error);
      resolve();
    });
  });
  const kill = async () => {
    killGroup(child);
    await ended;
    running.delete(child);
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  };
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + seconds * 1000;
  while (!(await isReady(`${url}${readyPath}`))) {
    if (hasStarted && child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    await kill();
    throw new Error(`${path.basename(command)} is not ready:\n${said}`);
  }
  return { url, port, kill };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
