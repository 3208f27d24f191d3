/** The page of a normal map. */
import '../../ui/withoutEval';
import { startPage } from '../page';
import { NormalViewer } from './viewer';

startPage('normal', 'normal map', NormalViewer);
