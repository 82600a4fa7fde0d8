import { systemError } from '../../src/ports/fs.js';
import { FileNode, newDirectory, type Client, type DirectoryNode, type Node } from './fs-memory-nodes.js';

/** Where a name stands: its directory, and what it leads to now (itself not followed). */
export interface Spot {
  readonly directory: DirectoryNode;
  readonly name: string;
  readonly node: Node | undefined;
  /** Without symbolic links. */
  readonly path: string;
}

/** As Linux: enough for any legitimate chain, an end to any loop. */
const MOST_SYMLINKS = 40;

/** The tree of an in-memory filesystem: what system calls do, at once and without faults. */
export class Store {
  /** Counts changes; also the time that fingerprints show, in nanoseconds. */
  step = 0n;
  /** How many old versions the laziest client may still see. */
  depth = 0;
  #inodes = 0n;
  readonly #root = newDirectory(this.#nextInode());

  /** Walks as the kernel does; the last component may be missing. */
  spot(path: string, syscall: string, followLast: boolean): Spot {
    let pending = path.split('/').filter(isName);
    let trail: { name: string; node: DirectoryNode }[] = [];
    for (let links = 0; pending.length > 0;) {
      const [name = '', ...rest] = pending;
      pending = rest;
      if (name === '..') {
        trail = trail.slice(0, -1);
        continue;
      }
      const directory = trail.at(-1)?.node ?? this.#root;
      const node = directory.entries.get(name)?.node;
      if (node?.kind === 'symlink' && (followLast || rest.length > 0)) {
        if (++links > MOST_SYMLINKS) throw systemError('ELOOP', syscall, path);
        pending = [...node.target.split('/').filter(isName), ...rest];
        if (node.target.startsWith('/')) trail = [];
        continue;
      }
      if (rest.length === 0)
        return { directory, name, node, path: pathOf([...trail.map((at) => at.name), name]) };
      if (node === undefined) throw systemError('ENOENT', syscall, path);
      if (node.kind !== 'directory') throw systemError('ENOTDIR', syscall, path);
      trail.push({ name, node });
    }
    const last = trail.at(-1);
    const directory = trail.at(-2)?.node ?? this.#root;
    return {
      directory,
      name: last?.name ?? '',
      node: last?.node ?? this.#root,
      path: pathOf(trail.map((at) => at.name)),
    };
  }

  existing(path: string, syscall: string): { spot: Spot; node: Node } {
    const spot = this.spot(path, syscall, true);
    if (spot.node === undefined) throw systemError('ENOENT', syscall, path);
    return { spot, node: spot.node };
  }

  /** As open(2) with O_CREAT. */
  openFile(path: string, mode: number, client: Client): FileNode {
    const { node, directory, name } = this.spot(path, 'open', true);
    if (node?.kind === 'directory') throw systemError('EISDIR', 'open', path);
    if (node?.kind === 'file') return node;
    const file = new FileNode(this.#nextInode(), ++this.step, { mode, uid: 1000, gid: 1000 }, client);
    this.#put(directory, name, file, client);
    return file;
  }

  /** In the place of a symbolic link. A file stays the one that it is, as tests have it whose editors save in place. */
  createFile(path: string, mode: number, client: Client): FileNode {
    if (this.spot(path, 'open', false).node?.kind === 'symlink') this.unlink(path);
    return this.openFile(path, mode, client);
  }

  change(file: FileNode, client: Client, action: () => void): void {
    file.remember(this.depth);
    action();
    file.changed(++this.step, client);
  }

  link(existing: string, path: string, client: Client): void {
    const { node } = this.spot(existing, 'link', false);
    if (node === undefined) throw systemError('ENOENT', 'link', existing);
    const to = this.spot(path, 'link', false);
    if (to.node !== undefined) throw systemError('EEXIST', 'link', path);
    if (node.kind !== 'file') throw systemError('EPERM', 'link', existing);
    node.links += 1;
    this.#put(to.directory, to.name, node, client);
  }

  unlink(path: string): void {
    const { directory, name, node } = this.spot(path, 'unlink', false);
    if (node === undefined) throw systemError('ENOENT', 'unlink', path);
    if (node.kind === 'directory') throw systemError('EISDIR', 'unlink', path);
    this.#drop(directory, name, node);
  }

  rename(from: string, to: string, client: Client): void {
    const source = this.spot(from, 'rename', false);
    if (source.node === undefined) throw systemError('ENOENT', 'rename', from);
    const target = this.spot(to, 'rename', false);
    if (source.node === target.node) return; // two names of one file: POSIX leaves both
    if (source.node.kind === 'directory' && `${target.path}/`.startsWith(`${source.path}/`)) {
      throw systemError('EINVAL', 'rename', from);
    }
    refuseReplacing(source.node, target.node, to);
    source.directory.entries.delete(source.name);
    if (target.node !== undefined && target.node.kind !== 'directory') target.node.links -= 1;
    this.#put(target.directory, target.name, source.node, client);
  }

  makeDirectory(path: string, client: Client): void {
    const { directory, name, node } = this.spot(path, 'mkdir', false);
    if (node !== undefined) throw systemError('EEXIST', 'mkdir', path);
    this.#put(directory, name, newDirectory(this.#nextInode()), client);
  }

  removeDirectory(path: string): void {
    const { directory, name, node } = this.spot(path, 'rmdir', false);
    if (node === undefined) throw systemError('ENOENT', 'rmdir', path);
    if (node.kind !== 'directory') throw systemError('ENOTDIR', 'rmdir', path);
    if (node.entries.size > 0) throw systemError('ENOTEMPTY', 'rmdir', path);
    this.#drop(directory, name, node);
  }

  symlink(target: string, path: string, client: Client): void {
    const { directory, name, node } = this.spot(path, 'symlink', false);
    if (node !== undefined) throw systemError('EEXIST', 'symlink', path);
    const ino = this.#nextInode();
    this.#put(directory, name, { kind: 'symlink', ino, target, links: 1, ctimeNs: this.step }, client);
  }

  #nextInode(): bigint {
    this.#inodes += 1n;
    return this.#inodes;
  }

  #put(directory: DirectoryNode, name: string, node: Node, client: Client): void {
    this.#touch(directory, node);
    const replaced = directory.entries.get(name);
    const older = replaced === undefined ? [] : [...replaced.older, { ...replaced, older: [] }];
    const kept = this.depth === 0 ? [] : older.slice(-this.depth);
    directory.entries.set(name, { node, since: this.step, by: client, older: kept });
  }

  #drop(directory: DirectoryNode, name: string, node: Node): void {
    directory.entries.delete(name);
    node.links -= 1;
    this.#touch(directory, node);
  }

  #touch(directory: DirectoryNode, node: Node): void {
    this.step += 1n;
    directory.mtimeNs = this.step;
    node.ctimeNs = this.step;
  }
}

function refuseReplacing(source: Node, target: Node | undefined, to: string): void {
  if (target?.kind === 'directory') {
    if (source.kind !== 'directory') throw systemError('EISDIR', 'rename', to);
    if (target.entries.size > 0) throw systemError('ENOTEMPTY', 'rename', to);
  } else if (target !== undefined && source.kind === 'directory') {
    throw systemError('ENOTDIR', 'rename', to);
  }
}

function isName(part: string): boolean {
  return part !== '' && part !== '.';
}

function pathOf(names: readonly string[]): string {
  return `/${names.join('/')}`;
}
