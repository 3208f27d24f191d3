/** The progress of an installation in words, for the editor and the terminal. */
import { bytesInWords, durationInWords } from '../../../protocol/words';
import type { InstallProgress } from './types';

export function progressInWords({
  phase,
  file,
  bytes,
  total,
  bytesPerSecond,
  secondsLeft,
}: InstallProgress): string {
  if (phase === 'asking') return 'asking for the files';
  if (phase === 'done') return 'done';
  const doing = { downloading: '', copying: 'copying ', verifying: 'checking ' }[phase];
  const far = total > 0 ? `${bytesInWords(bytes)} of ${bytesInWords(total)}` : bytesInWords(bytes);
  return [
    `${doing}${far}`,
    phase === 'verifying' && file,
    bytesPerSecond !== undefined && bytesPerSecond > 0 && `${bytesInWords(bytesPerSecond)}/s`,
    secondsLeft !== undefined && `about ${durationInWords(secondsLeft * 1000)} left`,
  ]
    .filter(Boolean)
    .join(' · ');
}
