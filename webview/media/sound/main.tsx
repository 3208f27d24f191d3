/** The page of a sound. */
import '../../ui/withoutEval';
import { startPage } from '../page';
import { SoundViewer } from './viewer';

startPage('audio', 'sound', SoundViewer);
