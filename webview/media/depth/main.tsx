/** The page of a depth map. */
import '../../ui/withoutEval';
import { startPage } from '../page';
import { DepthViewer } from './viewer';

startPage('depth', 'depth map', DepthViewer);
