/** A program that installs a pack, to be killed: arguments are the store's folder, the hub's address and the repository. */
import { createPackStore } from '../../src/inference/packs/install/packStore';

const [folder = '', endpoint = '', repo = ''] = process.argv.slice(2);

async function main(): Promise<void> {
  const store = createPackStore({ folder, endpoint: () => endpoint, retryMs: 10 });
  const { signal } = new AbortController();
  const plan = await store.plan({ from: 'hub', repo }, signal);
  await store.install(plan, true, { signal });
}

void main();
