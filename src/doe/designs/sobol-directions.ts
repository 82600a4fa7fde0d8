/*
 * The direction numbers are Joe and Kuo's, of their file new-joe-kuo-6.21201 for the first 256 dimensions: S. Joe, F. Y.
 * Kuo 2008, Constructing Sobol sequences with better two-dimensional projections, SIAM J. Sci. Comput. 30, 2635-2654;
 * https://web.maths.unsw.edu.au/~fkuo/sobol/. Here they are packed as bits; nothing else was changed. Their licence:
 *
 * Copyright (c) 2008, Frances Y. Kuo and Stephen Joe
 * All rights reserved.
 *
 * Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
 * following conditions are met:
 *
 *   * Redistributions of source code must retain the above copyright notice, this list of conditions and the following
 *     disclaimer.
 *   * Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the
 *     following disclaimer in the documentation and/or other materials provided with the distribution.
 *   * Neither the names of the copyright holders nor the names of the University of New South Wales and the University
 *     of Waikato and its contributors may be used to endorse or promote products derived from this software without
 *     specific prior written permission.
 *
 * THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT
 * LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT
 * SHALL THE COPYRIGHT HOLDERS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
 * DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR
 * BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT
 * (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE
 * POSSIBILITY OF SUCH DAMAGE.
 */

export const SOBOL_DIMENSIONS = 256;
export const SOBOL_BITS = 32;

/**
 * Direction numbers as 32-bit words, `SOBOL_BITS` for each of the first `dimensions`, at most `SOBOL_DIMENSIONS`: word k
 * of a dimension is what bit k of a point's Gray code adds to it (Bratley, Fox 1988, ACM TOMS Algorithm 659).
 */
export function sobolDirections(dimensions: number): Uint32Array {
  const words = new Uint32Array(dimensions * SOBOL_BITS);
  const read = bitReader(atob(PACKED));
  for (let d = 0; d < dimensions; d++) {
    const own = words.subarray(d * SOBOL_BITS, (d + 1) * SOBOL_BITS);
    if (d === 0) own.forEach((_, k) => (own[k] = 1 << (31 - k)));
    else writeDirections(own, read);
  }
  return words;
}

/** A dimension in bits: 4 for the degree, then the inner coefficients of its polynomial, then its first numbers. */
function writeDirections(words: Uint32Array, read: (bits: number) => number): void {
  const degree = read(4);
  const coefficients = read(degree - 1);
  for (let k = 0; k < degree; k++) words[k] = (read(k) * 2 + 1) << (31 - k);
  for (let k = degree; k < SOBOL_BITS; k++) {
    const first = words[k - degree] as number;
    let word = first ^ (first >>> degree);
    for (let i = 1; i < degree; i++) {
      if ((coefficients >>> (degree - 1 - i)) & 1) word ^= words[k - i] as number;
    }
    words[k] = word;
  }
}

/** Reads whole numbers off bytes, the highest bit first. */
function bitReader(bytes: string): (bits: number) => number {
  let at = 0;
  return (bits) => {
    let value = 0;
    for (const end = at + bits; at < end; at++) {
      value = value * 2 + ((bytes.charCodeAt(at >>> 3) >>> (7 - (at & 7))) & 1);
    }
    return value;
  };
}

// Made by fixtures/doe/make.py; base64.
const PACKED = [
  'Es2HBCSk2UkoVEiV3ZW0AXQVXsvYNh4Zo9KaE24aY5ia07MbKU+cH2z5uJ8x4nHOOL7kaAxpzpkjq6cW+PdVWaPO5iJonfeBIDwd',
  'Ml15TMco9O1gberlukPlCWon3SuAz8Nh71+3G8w/1Q7QgdP5mPUFd/6+wgtKpZvkJpdrGEhe/RaC0MecfAnhlBJQc0NFJUdOhx6E',
  'LLkQ6XJOjiN68+xsVCFfhwjCDdXLEZ+4QkjjnFv/dUeilq1CkIy5C9bvkNtEGwQikQCiZYKrkWiw57P5kZFVD7RbksVR2HO1kvXm',
  'ygO/k079NMRuk3Bs++8pk7W87YxQk+Oy6auAlDFrX3ySlKdUbiehlRSg1AFBlSescH3tlXwSoMoFlbO8w3/zleoL9i0/lnJBPr92',
  'loTt6XmQltVjXVv1l6CAw2isl8PDnIMQmJlOtGdXmKgdr/8YmPx32lWYmRRALnxKmYKLg4ZPmdFMukZwmnq3vjKHmt0XDJ05mwYu',
  '3yPRm1KsWjYlm2fMsLzim55Qx43gm/nmaawHnCACEki9nHnepwbxnaZltUHXncpKJeGunjrRqZ2UnlMVA3hOnm/ziF5qnqYTcils',
  'nsulpbh8nxxuoP7vn0SUSzpsn9r6SD1JoCTkJLi3uWga0U3/6G86CcaDr+NkroLHJcPhanuhl9JhEIJcKG+U9DKT9SogI/8cqz4q',
  'iK40wS/wVKMUdIwE5/Eo18C+NupD+jmqHqXbLp6PNyeJYC4Ro/tu59foOqkNJhIzjUwKRm33yOCaqpIk/z6tbROkxw3IZ3DYaTwd',
  'G0Wa3ipQqRlZ2nEalX21rQiBcqWvF8hjJcdphGxe5rdk6mPUqlTKpyaZaL7yQ8c4poaAs4vWSmnH2WDptDJqeVZU/PQVmp99wvpC',
  'gfin6csys56mKhJnBvLuYkqFSA7oVuIGolNU/tO3aajbMf5WDGCqQ/LDJqPiSpOk3H4e0WKlpe/uL6DxqeEW4C+MAup+fmxGTbL6',
  'okZpZ+4iZqtU5shLUAGrANiIC3ezqtLe4xoNVrq34WJUo+6yr9Wvk1d/oaxZ7DOB/nNrHcE9edvPqsgWFRJJzLqzlxA708f0rRlM',
  'kHyS6WtN2CbfllJq1QgM2xRbNrWT3x2GviWtivyk/1+rq31U2elsfqrjbJ7WMjACuTLrKmk16a7Fsj531wVr2uVP0VE8+vy89F/M',
  'u2q/gZhHY5lnsAr9xw9OBCdVgX6K66h28RjsFVzRtyWTUuVgssqDIeTFrMsI4A9DrXuxNthi9EBN2sbNHsMjdCOuLthBlhx3lPCN',
  '0vcFsPbFitmeAIDtiNGOQ7A15wssSitBxzlb211iffjgv6Lvf3sVIGJtg0ReBFiw4IziiHo2xsZ3Mx7sOOMNdjQzZ1YTYo3CscCW',
  '0+97rHWtjmebpXa13h7sdRdZtLhRjbVj1+QmpALarushuErHyTpfytkTdgAhvWrg/skgLkJuhuBpVkoT7mRM3FPYsnei2QT7affl',
  'k8wEVxu0xcxsomWWrDoyKYVlJyjLRmsbUAsqCmd3kiid/tlbj3BhCncYDsuauVeNf6nftl1+gikY94JYsv9n4gu5diN9mCPFf75C',
  'WIYsxx7GVjJUlktmr88ypRBcifs1vbNksioGsdm5/Lasu4MOzs44eYVNBS+MVnY1paGXJUdLs8osFBgFI2w1n3Ep+E2bW4rtADF1',
  '3VG0of1oGAs+IqkrUptCfURkGKFFsVoVBVeQhxxVCtFGUZ1iT3WdtpJIqnM/lMs+tMG92xvLBVfNpsjNFjO+laltPJgh1HnC7DFp',
  '+2RYGF4vLutQoKjegMQXNdqQoMr6Zy1GxtTrgkbeKKmwVqmaHsemt5AYtVQ8/jSesZHdqyqtW0BGjSItWkkDl9sV7ktrUPX6mIxd',
  'qbtb1tJ4Vf7KSFrpFqSN5NHbDtd0W799YYnslrxezWGmF5V5tfd7qi1376P1sDrQSCfwy0xthHnfwIC378tsQ+Jz5mmJz7tmXJYX',
  'V/Ob8Vs+pTfN6EK1ctoEkTqxn79bVtKTLAWSrbBdtrCGXUukTQCVtePjJv1N2YYtsjIc2Xf0x/VtvZ3xGfp1b5tvvzfZXuFSlNuH',
  '9go876t1MtxaaZKRD1BkNuSIoIAQKpELtykZMQVvXkX9uvsxKpPpiY2t24CylAYUpvdu8fPHbXHXP4t5ONJBIoi8MlvbP6yQXlIk',
  'Nt7nlPApXNOz9vnme5A8u/+4t9tDUsHxmAlVwLzZpN3/uZ4uBjQzJcEPPaFwZZPSidSEhHuD2PgTTOp6n9xWCRnVNirvXuMApC1C',
  'MNe9YAAA',
].join('');
