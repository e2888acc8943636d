import { webkit } from '../src/engine.ts';
import { describeSharing } from '../src/sharing.ts';

describeSharing(webkit, 'a lock');
describeSharing(webkit, 'a shared worker', { host: webkit.plainHosts.server });
