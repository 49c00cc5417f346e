// Loaded by every Node program that a test runs: Zoom's hosts are the stand-in, and there is no other network.
'use strict'

const net = require('node:net')

const HOSTS = new Set(process.env.STANDIN_HOSTS.split(' '))
const PORT = Number(process.env.STANDIN_PORT)

const connect = net.Socket.prototype.connect

net.Socket.prototype.connect = function (...args) {
  // net.connect() hands on an array of options and callback.
  const given = Array.isArray(args[0]) ? args[0] : args
  const options = given[0]
  if (options !== null && typeof options === 'object' && options.port !== undefined) {
    const host = options.host ?? 'localhost'
    if (HOSTS.has(host)) {
      given[0] = { ...options, host: '127.0.0.1', port: PORT }
    } else if (host !== 'localhost' && !host.startsWith('127.')) {
      throw new Error(`a test's program connects to ${host}`)
    }
  }
  return connect.apply(this, args)
}
