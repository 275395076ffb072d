import { programsBeside as beside } from '../../runtime/tools/host/programs.ts';

/** Programs of tool hosts as they are in the checkout, wherever the process that starts them was bundled to. */
export function programsBeside(): ReturnType<typeof beside> {
  return beside(process.env['ORKET_SESSION_SOURCE'] ?? '');
}
