// The colours of the states can be read, and told apart with any kind of colour vision.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { path } from './page.js';

const css = readFileSync(path('style.css'), 'utf8');
const themes = { light: {}, dark: {} };
for (const [, name, light, dark] of css.matchAll(/--(\w+): light-dark\((#\w+), (#\w+)\)/g)) {
  themes.light[name] = light;
  themes.dark[name] = dark;
}

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
const linear = (hex) => channels(hex).map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
const times = (matrix, vector) => matrix.map((row) => row.reduce((sum, it, i) => sum + it * vector[i], 0));

function contrast(one, other) {
  const [dark, light] = [one, other].map((hex) => times([[0.2126, 0.7152, 0.0722]], linear(hex))[0]).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Machado, Oliveira and Fernandes 2009, severity 1, for linear light. */
const VISION = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

function lab(hex, matrix) {
  const seen = times(matrix, linear(hex)).map((it) => Math.min(1, Math.max(0, it)));
  const xyz = times([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]], seen);
  const [x, y, z] = xyz.map((it, i) => it / [0.95047, 1, 1.08883][i]).map((it) => (it > 0.008856 ? Math.cbrt(it) : 7.787 * it + 16 / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const STATES = ['closed', 'open', 'half', 'forced'];

for (const [theme, colours] of Object.entries(themes)) {
  test(`${theme}: states and texts have a contrast of at least 4.5 on both backgrounds`, () => {
    for (const name of [...STATES, 'text', 'muted']) {
      for (const background of ['bg', 'raised']) {
        assert.ok(contrast(colours[name], colours[background]) >= 4.5, `${name} on ${background}: ${contrast(colours[name], colours[background])}`);
      }
    }
    assert.ok(contrast(colours.bg, colours.open) >= 4.5, 'the text of the filled badge');
    assert.ok(contrast(colours.edge, colours.bg) >= 3, 'the edges of controls');
  });

  for (const [vision, matrix] of Object.entries(VISION)) {
    test(`${theme}: the states are told apart with ${vision} vision`, () => {
      STATES.forEach((one, i) => STATES.slice(i + 1).forEach((other) => {
        const [a, b] = [lab(colours[one], matrix), lab(colours[other], matrix)];
        const distance = Math.hypot(...a.map((it, n) => it - b[n]));
        assert.ok(distance >= 25, `${one} and ${other}: ${distance}`);
      }));
    });
  }
}
