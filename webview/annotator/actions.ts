/** Who does what in this page: each part of the panel registers the actions that it can do. */
import type { ActionId } from '../../src/protocol/actions';

export class ActionRegistry {
  private count = 0;
  private readonly handlers = new Map<ActionId, () => void>();

  /** Registers what an action does, until the returned function is called; the newest registration counts. */
  on(handlers: Partial<Record<ActionId, () => void>>): () => void {
    const entries = Object.entries(handlers) as [ActionId, () => void][];
    for (const [id, handler] of entries) this.handlers.set(id, handler);
    return () => {
      for (const [id, handler] of entries) if (this.handlers.get(id) === handler) this.handlers.delete(id);
    };
  }

  /** @returns false when nothing in this page does it */
  run(id: ActionId): boolean {
    const handler = this.handlers.get(id);
    handler?.();
    // For tests and other programs: an action comes a moment after its key.
    document.body.dataset['actions'] = String(++this.count);
    return handler !== undefined;
  }
}
