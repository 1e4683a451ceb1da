/**
 * GLUSTER_PMAP: on which port a brick listens, asked of glusterd and told to it: gf_pmap_procnum in
 * rpc/rpc-lib/src/protocol-common.h, xlators/mgmt/glusterd/src/glusterd-pmap.c. SIGNUP was given up in
 * GlusterFS 3.9; its structs are of 3.8.
 */
import { procedure, program } from '../../rpc/program.js';
import { int, named, since, string, struct } from '../../rpc/xdr/types.js';
import { errnoName } from '../enums/fop.js';

const pmap_port_by_brick_req = struct('pmap_port_by_brick_req', {
  brick: string,
});

const pmap_port_by_brick_rsp = struct('pmap_port_by_brick_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  status: int,
  port: int,
});

const pmap_brick_by_port_req = struct('pmap_brick_by_port_req', {
  port: int,
});

const pmap_brick_by_port_rsp = struct('pmap_brick_by_port_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  status: int,
  brick: string,
});

const pmap_signup_req = struct('pmap_signup_req', {
  brick: string,
  port: int,
});

const pmap_signup_rsp = struct('pmap_signup_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
});

const pmap_signin_req = struct('pmap_signin_req', {
  brick: string,
  port: int,
  pid: since(int),
});

const pmap_signin_rsp = struct('pmap_signin_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
});

const pmap_signout_req = struct('pmap_signout_req', {
  brick: string,
  port: int,
  rdma_port: since(int),
});

const pmap_signout_rsp = struct('pmap_signout_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
});

export const portmap = program(
  { number: 34123456, version: 1, name: 'GLUSTER_PMAP', dataset: 'gluster.portmap' },
  [
    procedure(0, 'NULL', 'void', 'void'),
    procedure(1, 'PORTBYBRICK', pmap_port_by_brick_req, pmap_port_by_brick_rsp),
    procedure(2, 'BRICKBYPORT', pmap_brick_by_port_req, pmap_brick_by_port_rsp),
    procedure(3, 'SIGNUP', pmap_signup_req, pmap_signup_rsp),
    procedure(4, 'SIGNIN', pmap_signin_req, pmap_signin_rsp),
    procedure(5, 'SIGNOUT', pmap_signout_req, pmap_signout_rsp),
  ],
);
