/** Which pack answers, and what is said where none can. */
import { useStore } from '../hooks';
import { useConversation } from './hooks';

/** Which pack answers. */
export function PackPicker() {
  const conversation = useConversation();
  const { packs, pack } = conversation;
  const reads =
    'Reads written words. Questions about looks and meaning need a vision-language model: the Models view installs one, or adds a server.';
  const hint = pack?.kind === 'ocr' ? `${pack.title}. ${reads}` : pack?.title;
  if (packs.length < 2)
    return (
      <span class="pack alone" title={hint}>
        {pack?.title}
      </span>
    );
  return (
    <select
      class="pack"
      aria-label="Pack that answers"
      title={hint}
      value={pack?.id}
      onChange={(event) => void conversation.choosePack(event.currentTarget.value)}
    >
      {packs.map(({ id, title, tasks }) => (
        <option key={id} value={id}>
          {`${title} (${tasks.filter((task) => ['ask', 'refer', 'ground'].includes(task)).join(', ')})`}
        </option>
      ))}
    </select>
  );
}

/** Why nothing can be asked, and what would help. */
export function NoPack() {
  const [, state] = useStore();
  const broken = (state.snapshot?.packs ?? []).find(
    ({ state: each, tasks }) =>
      each !== 'ready' && tasks.some((task) => ['ask', 'refer', 'ground'].includes(task)),
  );
  return (
    <p class="no-pack" role="note">
      {broken
        ? `No pack here answers questions: ${broken.title} cannot be used. ${broken.problem ?? ''}`
        : 'No pack here answers questions or finds phrases. The pack “groundnote-ocr”, which comes with Groundnote, does both for written words: install the extension again.'}
    </p>
  );
}
