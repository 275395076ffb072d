import type { Role } from '../generated/resources.ts';
import type { ToolSchemas } from './tool-schemas.ts';
import { reportShape, seenStatus } from './scopes.ts';
import { OpenMembers, shapeOfSchema, type Members, type Shape } from './shapes.ts';
import type { ShapedStep } from './steps.ts';

type ShapedBlock = { readonly name: string; readonly steps: readonly ShapedStep[] };
type ShapedRole = Pick<Role, 'name' | 'outputSchema'>;

/** What steps come to, as far as it is known before they run; the same object for the same step. */
export class OutputShapes {
  readonly #roles: ReadonlyMap<string, ShapedRole>;
  readonly #tools: ReadonlyMap<string, ToolSchemas>;
  readonly #blocks: ReadonlyMap<string, ShapedBlock>;
  readonly #known = new Map<ShapedStep, Shape>();

  /** The blocks execute nothing in a circle. */
  constructor(blocks: readonly ShapedBlock[], roles: readonly ShapedRole[], tools: ReadonlyMap<string, ToolSchemas>) {
    this.#tools = tools;
    this.#roles = new Map(roles.map((role) => [role.name, role]));
    this.#blocks = new Map(blocks.map((block) => [block.name, block]));
  }

  of(step: ShapedStep): Shape {
    const known = this.#known.get(step);
    if (known !== undefined) return known;
    const own = shapeOfSchema(step.outputSchema);
    const isExact = typeof own === 'object' && !(own instanceof OpenMembers);
    const without = isExact ? own : this.#without(step);
    const shape = without === 'any' ? own : without;
    this.#known.set(step, shape);
    return shape;
  }

  #without({ role: name, tool, approval, parallel }: ShapedStep): Shape {
    if (approval !== undefined) return { approved: 'a boolean', by: 'a list', note: 'a text' };
    if (parallel !== undefined) return this.#branches(parallel.branches);
    if (tool !== undefined) return shapeOfSchema(this.#tools.get(tool)?.output);
    const role = name === undefined ? undefined : this.#roles.get(name);
    if (role === undefined) return 'any';
    return role.outputSchema === undefined ? reportShape : shapeOfSchema(role.outputSchema);
  }

  #branches(branches: readonly { readonly name: string; readonly block: string }[]): Shape {
    const shapes = branches.map(({ name, block }): [string, Members] => {
      return [name, { output: this.#last(block), status: seenStatus }];
    });
    return { branches: Object.fromEntries(shapes) };
  }

  /** A block comes to what its last step does, unless that may be skipped. */
  #last(block: string): Shape {
    const last = this.#blocks.get(block)?.steps.at(-1);
    return last === undefined || last.when !== undefined ? 'any' : this.of(last);
  }
}
