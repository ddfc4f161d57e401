import { dev } from './dev';
import { prod } from './prod';

/** Every environment: one file beside this one, one line here. */
export const environments = [dev, prod];
