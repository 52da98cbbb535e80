import { expect, it } from 'vitest';
import { isGitUrl, parseGitUrl } from '../../../../../src/core/build/context/git-url.ts';

it.each([
  ['git://host/repo', true],
  ['ssh://git@host/repo', true],
  ['git@github.com:user/repo', true],
  ['github.com/user/repo', true],
  ['https://host/repo.git', true],
  ['https://host/repo.git#main:sub', true],
  ['http://host/context.tar.gz', false],
  ['https://host/Dockerfile#x.git', false],
  ['git@', false],
])('%s is a git repository: %s', (text, expected) => {
  expect(isGitUrl(text)).toBe(expected);
});

it.each([
  ['github.com/u/r', { remote: 'https://github.com/u/r', ref: undefined, folder: '' }],
  ['https://h/r.git#v1', { remote: 'https://h/r.git', ref: 'v1', folder: '' }],
  ['https://h/r.git#:sub', { remote: 'https://h/r.git', ref: undefined, folder: 'sub' }],
  ['git@h:u/r#a/b:c/d', { remote: 'git@h:u/r', ref: 'a/b', folder: 'c/d' }],
  ['https://u:p@h/r.git', { remote: 'https://h/r.git', login: 'u:p', ref: undefined, folder: '' }],
  ['http://u@x:p@h:1/r.git#v', { remote: 'http://h:1/r.git', login: 'u@x:p', ref: 'v', folder: '' }],
  ['ssh://git:p@h/r.git', { remote: 'ssh://git@h/r.git', ref: undefined, folder: '' }],
  ['https://h/r.git#--upload-pack=x', undefined],
])('reads %s', (text, parsed) => {
  expect(parseGitUrl(text)).toEqual(parsed);
});
