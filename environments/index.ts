import { dev } from './dev';
import { prod } from './prod';

/** Every environment: one file beside this one, imported and listed here. */
export const environments = [dev, prod];
