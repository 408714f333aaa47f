// Makes every dynamic variable known; only scripts that name one of `$random…` bring it.
import { dynamic } from './dynamic.js';
import { learn } from './fresh.js';

learn(dynamic);
