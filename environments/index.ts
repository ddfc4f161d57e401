import { dev } from './dev';
import { prod } from './prod';

/** Every environment: a file in this folder, imported and listed here. */
export const environments = [dev, prod];
