// A server as the tests want it: node fake-server.mjs BEHAVIOUR PORT [FILE]
import { spawn } from 'node:child_process';
import console from 'node:console';
import fs from 'node:fs';
import http from 'node:http';
import process from 'node:process';
import { setInterval, setTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';

const [behaviour, port, file] = process.argv.slice(2);
const serve = () => http.createServer((_, response) => response.end('ok')).listen(Number(port), '127.0.0.1');

switch (behaviour) {
  case 'serve':
    serve();
    break;
  case 'complain-and-exit':
    console.error('no such flag');
    process.exitCode = 3;
    break;
  case 'hang':
    setInterval(() => undefined, 1000);
    break;
  case 'ignore-sigterm':
    process.on('SIGTERM', () => undefined);
    serve();
    break;
  case 'leave-a-child': {
    // The child ignores SIGTERM, too, and outlives its parent.
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'ignore-sigterm', '0'], { stdio: 'ignore' });
    child.unref();
    fs.writeFileSync(file, String(child.pid));
    process.on('SIGTERM', () => process.exit(0));
    serve();
    break;
  }
  case 'serve-then-exit':
    serve();
    setTimeout(() => process.exit(0), 300);
    break;
  case 'fail-once':
    // The second start finds the file and stays.
    if (fs.existsSync(file)) serve();
    else {
      serve();
      setTimeout(() => {
        fs.writeFileSync(file, '');
        process.exit(1);
      }, 300);
    }
    break;
  default:
    throw new Error(`no such behaviour: ${behaviour}`);
}
