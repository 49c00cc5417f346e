// Runs signature makers, one after the other: what they give is written as a JSON list. Packages that the tests do not install are small
// stand-ins that do what the makers use of them, with Node's own crypto.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const Module = require('module');
const vm = require('vm');

const [call, ...files] = process.argv.slice(2);
const own = Module.createRequire(__filename);
const base64 = { encode: (text) => Buffer.from(text).toString('base64') };
const nothing = new Proxy(function () {}, { get: (_, name) => (name === 'then' ? undefined : nothing), apply: () => nothing });

// An Express app or router: the last handler of a route is what the tests call.
const routes = {};
const app = { use() {}, options() {}, listen() {}, get() {}, locals: {}, json: nothing };
app.post = (place, ...handlers) => { routes[place] = handlers.at(-1); };
const express = Object.assign(() => app, { json: () => nothing, Router: () => app });

const standIns = {
  express,
  fastify: express,
  cors: (handler) => handler,
  dotenv: { config() {} },
  'create-hmac': crypto.createHmac,
  'crypto-browserify': crypto,
  'base-64': base64,
  'js-base64': base64,
  react: { useEffect() {} },
  '@zoomus/websdk': { ZoomMtg: nothing },
  '@nestjs/common': { Injectable: () => (cls) => cls },
  './zoomClient': { settings: { key: process.env.SIGN_KEY, secret: process.env.SIGN_SECRET } },
};

const plain = Module._load;
Module._load = (name, ...rest) => (name in standIns ? standIns[name] : plain(name, ...rest));
const resolve = Module._resolveFilename;
Module._resolveFilename = (name, ...rest) => {
  try {
    return resolve(name, ...rest);
  } catch {
    return own.resolve(name);
  }
};

// Whatever the syntax, it runs as CommonJS.
function translated(source, name) {
  if (!/^\s*(?:import|export)\b/m.test(source) && name.endsWith('js')) return source;
  const ts = own('typescript');
  const options = {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2022,
    esModuleInterop: true,
    experimentalDecorators: true,
    jsx: ts.JsxEmit.React,
  };
  return ts.transpileModule(source, { compilerOptions: options, fileName: name }).outputText;
}
for (const extension of ['.js', '.mjs', '.ts', '.jsx', '.tsx', '.vue']) {
  const before = Module._extensions[extension];
  Module._extensions[extension] = (module, name) => {
    if (name.includes('node_modules')) return before(module, name);
    const source = fs.readFileSync(name, 'utf8');
    const script = extension === '.vue' ? /<script>([^]*)<\/script>/.exec(source)[1] : source;
    const typed = /\.[jt]sx?$/.test(name) ? name : `${name}.js`;
    return module._compile(translated(script, typed), `${name}.cjs`);
  };
}

// A page's script, or one for Apps Script: what it declares is global.
function page(source, extra) {
  const window = { btoa, console, key: 'k', secret: 's', ...extra };
  window.window = window;
  const scripts = [...source.matchAll(/<script>([^]*?)<\/script>/g)].map((match) => match[1]);
  vm.runInNewContext((scripts.length ? scripts : [source]).join('\n'), window);
  return window;
}
const Utilities = {
  base64Encode: (data) => Buffer.from(data).toString('base64'),
  computeHmacSha256Signature: (text, key) => crypto.createHmac('sha256', key).update(text).digest(),
};

// A request to an Express, Next.js or plain Node handler: what is answered.
function ask(handler, body, locals = {}) {
  return new Promise((done) => {
    const response = { status: () => response, json: done, send: done, end: done };
    handler({ body, app: { locals } }, response);
  });
}

console.log = (...words) => console.error(...words);
const body = { key: process.env.SIGN_KEY, secret: process.env.SIGN_SECRET, meetingNumber: '123456789', role: '1' };
const names = ['load', 'html', 'ask', 'routes', 'body', 'key', 'secret'];
const made = new Function(...names, `return (async () => ${call})()`);

async function run(file) {
  const load = () => {
    const loaded = own(path.resolve(file));
    return loaded.default ?? loaded;
  };
  const html = () => page(fs.readFileSync(file, 'utf8'), { CryptoJS: own('crypto-js'), ZoomMtg: nothing, Utilities });
  return made(load, html, ask, routes, body, body.key, body.secret);
}

(async () => {
  const signatures = [];
  for (const file of files) signatures.push(await run(file));
  process.stdout.write(JSON.stringify(signatures));
})();
