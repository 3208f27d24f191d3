/** How a repository of the hub is named by people. Without VS Code. */

/** `owner/name`, `owner/name@revision`, or the address of a repository's page. */
export function readRepo(text: string): { repo: string; revision?: string } | undefined {
  const path = text.trim().replace(/^https?:\/\/[^/]+\//i, '');
  const found = /^([\w.-]+\/[\w.-]+?)(?:@([\w./-]+)|\/tree\/([\w./-]+?))?\/?$/.exec(path);
  if (!found?.[1]) return undefined;
  const revision = found[2] ?? found[3];
  return { repo: found[1], ...(revision !== undefined && { revision }) };
}
