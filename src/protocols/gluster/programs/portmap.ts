/**
 * GLUSTER_PMAP: glusterd's port mapper, where bricks sign in and clients look their ports up: gf_pmap_procnum in
 * rpc/rpc-lib/src/protocol-common.h, xlators/mgmt/glusterd/src/glusterd-pmap.c. SIGNUP exists
 * until GlusterFS 3.8, which its structs are of.
 */

import { int, named, since, string, struct } from '../../rpc/xdr/types.js';
import { brick, brickOfPort, port, portOfBrick } from '../describe/management.js';
import { statusOnly } from '../describe/replies.js';
import { errnoName } from '../enums/fop.js';
import { glusterProgram, NULL_PROCEDURE, procedure } from './procedure.js';

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

export const portmap = glusterProgram(
  { number: 34123456, version: 1, name: 'GLUSTER_PMAP', dataset: 'gluster.portmap' },
  [
    NULL_PROCEDURE,
    procedure({
      number: 1,
      name: 'PORTBYBRICK',
      call: pmap_port_by_brick_req,
      reply: pmap_port_by_brick_rsp,
      brickPort: 'reply',
      subject: [brick],
      result: portOfBrick,
    }),
    procedure({
      number: 2,
      name: 'BRICKBYPORT',
      call: pmap_brick_by_port_req,
      reply: pmap_brick_by_port_rsp,
      subject: [port],
      result: brickOfPort,
    }),
    procedure({
      number: 3,
      name: 'SIGNUP',
      call: pmap_signup_req,
      reply: pmap_signup_rsp,
      subject: [brick, port],
      result: statusOnly,
    }),
    procedure({
      number: 4,
      name: 'SIGNIN',
      call: pmap_signin_req,
      reply: pmap_signin_rsp,
      brickPort: 'request',
      subject: [brick, port],
      result: statusOnly,
    }),
    procedure({
      number: 5,
      name: 'SIGNOUT',
      call: pmap_signout_req,
      reply: pmap_signout_rsp,
      subject: [brick, port],
      result: statusOnly,
    }),
  ],
);
