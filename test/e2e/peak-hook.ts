import { writeFileSync } from 'node:fs';

/** Loaded into a command line under test: leaves the most memory that it ever held, in KiB, in the file that is named. */
const file = process.env['ORKET_TEST_PEAK'];
delete process.env['ORKET_TEST_PEAK'];
if (file !== undefined) process.on('exit', () => writeFileSync(file, String(process.resourceUsage().maxRSS)));
