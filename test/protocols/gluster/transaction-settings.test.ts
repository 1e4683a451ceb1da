import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutSecrets } from '../../../src/protocols/gluster/describe/secrets.js';
import { settingsOf, withoutSecretValues } from '../../../src/protocols/gluster/describe/settings.js';

test('an operation’s settings are read from its dictionary', () => {
  const settings: readonly (readonly [
    string,
    Readonly<Record<string, string>>,
    readonly string[] | undefined,
  ])[] = [
    ['GD_OP_SET_VOLUME', { key1: 'a', value1: 'x', key2: 'b', count: '4', key4: 'd' }, ['a=x', 'b=']],
    ['GD_OP_SET_VOLUME', { count: '4' }, undefined],
    ['GD_OP_RESET_VOLUME', { key: 'cluster.nufa', force: '1' }, ['cluster.nufa']],
    [
      'GD_OP_QUOTA',
      { type: '3', path: '/d', 'hard-limit': '1GB', 'soft-limit': '80%' },
      ['path=/d', 'hard-limit=1GB', 'soft-limit=80%'],
    ],
    ['GD_OP_QUOTA', { type: '10', value: '80%' }, ['default-soft-limit=80%']],
    ['GD_OP_QUOTA', { type: '1', value: 'x' }, undefined],
    ['GD_OP_BITROT', { 'scrub-throttle-value': 'lazy' }, ['scrub-throttle-value=lazy']],
    [
      'GD_OP_SNAP',
      { 'snap-max-hard-limit': '7', 'auto-delete': 'enable' },
      ['snap-max-hard-limit=7', 'auto-delete=enable'],
    ],
    ['GD_OP_GSYNC_SET', { subop: 'set', op_name: 'log-level', op_value: 'DEBUG ' }, ['log-level=DEBUG']],
    ['GD_OP_GSYNC_SET', { subop: 'del', op_name: 'log-level' }, ['log-level']],
    ['GD_OP_GSYNC_SET', { subop: 'get', op_name: 'log-level' }, undefined],
    ['GD_OP_GANESHA', { key: 'nfs-ganesha', value: 'enable' }, ['nfs-ganesha=enable']],
    ['GD_OP_STOP_VOLUME', { key1: 'a', value1: 'x' }, undefined],
  ];
  for (const [operation, dict, keys] of settings)
    assert.deepEqual(settingsOf(operation, dict)?.keys, keys, operation);
  assert.equal(settingsOf(undefined, {}), undefined);
  assert.equal(settingsOf('GD_OP_SET_VOLUME', 'beef'), undefined);
});

test('a long list of settings and long values are truncated, and further settings are counted', () => {
  const dict = Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [
      [`key${i + 1}`, `k${i}`],
      [`value${i + 1}`, 'v'.repeat(1000)],
    ]).flat(),
  );
  const settings = settingsOf('GD_OP_SET_VOLUME', dict);
  assert.equal(settings?.keys.length, 32);
  assert.equal(settings.more, 68);
  assert.equal(settings.keys[0], `k0=${'v'.repeat(128)}...`);
});

test('secret values are not shown', () => {
  const hidden: readonly string[] = [
    'auth.login.abc.password',
    'auth.ssl-allow',
    'ssl.private-key',
    'ssl.own-cert',
    'user.db-password',
    'user.api_token',
    'encryption.master-key',
  ];
  const shown = [
    'auth.allow',
    'auth.reject',
    'client.ssl',
    'server.ssl',
    'performance.cache-size',
    'user.note',
  ];
  for (const key1 of hidden) {
    const keys = settingsOf('GD_OP_SET_VOLUME', { key1, value1: 'open' })?.keys;
    assert.deepEqual(keys, [`${key1}=(not shown)`]);
    const command = withoutSecrets(`volume set rep ${key1} open sesame`);
    assert.equal(command, `volume set rep ${key1} (not shown)`);
    assert.equal(
      withoutSecretValues(`'sesame' is not valid for ${key1}`, { key1, value1: 'sesame' }),
      `'(not shown)' is not valid for ${key1}`,
    );
  }
  for (const key1 of shown) {
    assert.deepEqual(settingsOf('GD_OP_SET_VOLUME', { key1, value1: 'open' })?.keys, [`${key1}=open`]);
    const command = `volume set rep ${key1} open sesame`;
    assert.equal(withoutSecrets(command), command);
    assert.equal(withoutSecretValues('no sesame', { key1, value1: 'sesame' }), 'no sesame');
  }
  const key1 = 'auth.ssl-secret';
  const twice = { key1, value1: 'o', key2: key1, value2: 'open', key3: key1, value3: 'shown' };
  assert.equal(withoutSecretValues('open or not', twice), '(not shown) (not shown)r n(not shown)t');
  // A value that is part of the replacement would double the reason with each setting.
  const many = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [
        [`key${i + 1}`, key1],
        [`value${i + 1}`, 'n'.repeat(1 + (i % 40))],
      ]).flat(),
    );
  assert.equal(withoutSecretValues('n', many(20)), '(not shown)');
  assert.equal(withoutSecretValues('n'.repeat(4000), many(999)), '(not shown)');
  for (const command of [
    'volume set secret-stuff nfs.disable on',
    'volume reset rep auth.login.abc.password',
    'volume create v node1:/srv/passwords/brick node2:/b force',
    '',
  ])
    assert.equal(withoutSecrets(command), command);
});
