/** The page of a recording of motion. */
import '../../ui/withoutEval';
import { startPage } from '../page';
import { MotionViewer } from './viewer';
import './motion.css';

startPage('imu', 'motion recording', MotionViewer);
