import { webkit } from '../src/engine.ts';
import { describeSharing } from '../src/sharing.ts';

describeSharing(webkit, 'a lock');
describeSharing(webkit, 'a channel alone', { host: webkit.plainHosts.server });
