import type { Flow, Resource } from '../generated/resources.ts';
import type { Report } from './report.ts';

/** Checks the paths of a Flow's spaces. */
export function checkWorkspace(flow: Flow, report: Report): void {
  const { domain, references = [] } = flow.spec.workspace;
  if (domain !== undefined) checkRelativePath(flow, 'spec.workspace.domain.path', domain.path, report);
  for (const [index, { path }] of references.entries()) {
    checkRelativePath(flow, `spec.workspace.references[${index}].path`, path, report);
  }
}

/** Checks that a path is relative, written in the one way there is, and stays inside. */
export function checkRelativePath(resource: Resource, field: string, path: string, report: Report): void {
  if (path === '.') return;
  const parts = path.split('/');
  const wrong = parts.find((part) => part === '' || part === '.' || part === '..' || part.length > 255);
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (wrong === undefined && path.isWellFormed() && !/[\\:\u0000-\u001f\u007f]/.test(path)) return;
  report.add(resource, field, {
    reason: 'InvalidPath',
    message: 'the path is not one inside the project',
    expected: 'a relative path like docs/notes, with /, without empty parts, ".", "..", "\\" and ":"',
    found: JSON.stringify(path.slice(0, 80)),
    remedy: 'Write "." for the root itself.',
  });
}
