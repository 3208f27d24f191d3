/** The page of a point cloud. */
import '../../ui/withoutEval';
import { startPage } from '../page';
import { PointsViewer } from './viewer';

startPage('points', 'point cloud', PointsViewer);
