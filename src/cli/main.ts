import { main } from './start.js';

process.exitCode = await main(process.argv.slice(2));
