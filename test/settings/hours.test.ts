import { afterEach, describe, expect, it } from 'vitest';
import { hoursProblem, msUntilHours, withinHours } from '../../src/settings/hours.js';

/** Monday is the 2nd of March 2026. */
const at = (day: number, hour: number, minute = 0, second = 0) => new Date(2026, 2, day, hour, minute, second);
const MONDAY = 2;
const FRIDAY = 6;
const SATURDAY = 7;
const SUNDAY = 8;
const HOUR = 3_600_000;

describe('hours', () => {
  it('begin at their first minute and end before their last', () => {
    const day = ['9-17'];
    expect(withinHours(day, at(MONDAY, 8, 59, 59))).toBe(false);
    expect(withinHours(day, at(MONDAY, 9))).toBe(true);
    expect(withinHours(day, at(MONDAY, 16, 59, 59))).toBe(true);
    expect(withinHours(day, at(MONDAY, 17))).toBe(false);
  });

  it('go on over midnight', () => {
    const night = ['20:00-08:00'];
    const inside = [at(MONDAY, 20), at(MONDAY, 23, 59), at(MONDAY, 0), at(MONDAY, 7, 59)];
    expect(inside.map((date) => withinHours(night, date))).toEqual([true, true, true, true]);
    expect([at(MONDAY, 8), at(MONDAY, 19, 59)].map((date) => withinHours(night, date))).toEqual([false, false]);
  });

  it('until midnight do not go on after it', () => {
    for (const evening of [['20:00-00:00'], ['20:00-24:00']]) {
      expect(withinHours(evening, at(MONDAY, 23, 59))).toBe(true);
      expect(withinHours(evening, at(MONDAY, 0))).toBe(false);
    }
  });

  it('of a night are those of the day it begins on', () => {
    const nights = ['Mon-Fri 20:00-08:00'];
    expect(withinHours(nights, at(FRIDAY, 23))).toBe(true);
    expect(withinHours(nights, at(SATURDAY, 7))).toBe(true);
    expect(withinHours(nights, at(SATURDAY, 21))).toBe(false);
    expect(withinHours(nights, at(MONDAY, 7))).toBe(false);
    expect(withinHours(['Sun 22-6'], at(MONDAY, 5))).toBe(true);
  });

  it('without a time are whole days', () => {
    for (const weekend of ['Sat,Sun', 'sat, sun', 'Saturday-Sunday', 'SAT–SUN', 'Sat - Sun']) {
      expect(withinHours([weekend], at(FRIDAY, 23, 59))).toBe(false);
      expect(withinHours([weekend], at(SATURDAY, 0))).toBe(true);
      expect(withinHours([weekend], at(SUNDAY, 23, 59))).toBe(true);
    }
  });

  it('know days over the end of the week', () => {
    const found = Array.from({ length: 7 }, (_, i) => withinHours(['Fri-Mon'], at(MONDAY + i, 12)));
    expect(found).toEqual([true, false, false, false, true, true, true]);
  });

  it('of a list are all of them', () => {
    const list = ['20:00-08:00', 'Sat,Sun'];
    expect(withinHours(list, at(SATURDAY, 12))).toBe(true);
    expect(withinHours(list, at(FRIDAY, 12))).toBe(false);
    expect(withinHours(list, at(FRIDAY, 21))).toBe(true);
  });

  it.each([
    '20:00-08:00',
    'Sat,Sun',
    'Mon-Fri 20:00-08:00',
    '9-17',
    '09:30 - 9:45',
    '0-24',
    '20:00–08:00',
    'tues',
  ])('are written like %s', (text) => expect(hoursProblem(text)).toBeUndefined());

  it.each([
    ['', 'it is written like 20:00-08:00, Sat,Sun or Mon-Fri 20:00-08:00'],
    ['night', 'night is no day'],
    ['20:00', 'it is written like'],
    ['20:00-25:00', 'it is written like'],
    ['20:60-21:00', 'it is written like'],
    ['9-24:30', 'a day ends at 24:00'],
    ['24:00-8:00', 'a day ends at 24:00'],
    ['8:00-8:00', 'it ends when it begins; the whole day is 00:00-24:00'],
    ['Sat,Sum', 'Sum is no day'],
    ['Mon-Wed-Fri', 'days are written like Mon-Fri or Sat,Sun'],
    ['20:00-08:00 Sat', 'it is written like'],
    ['20:00-08:00, Sat', 'it is written like'],
    ['Sat20:00-22:00', 'it is written like'],
  ])('are not %j', (text, why) => expect(hoursProblem(text)).toContain(why));
});

describe('the time until hours begin', () => {
  it('is none within them', () => {
    expect(msUntilHours(['20:00-08:00'], at(MONDAY, 21))).toBe(0);
  });

  it('is exact', () => {
    expect(msUntilHours(['20:00-08:00'], at(MONDAY, 18, 30))).toBe(1.5 * HOUR);
    expect(msUntilHours(['20:00-08:00'], at(MONDAY, 19, 59, 58))).toBe(2000);
    expect(msUntilHours(['Sat,Sun'], at(MONDAY, 0))).toBe(5 * 24 * HOUR);
    expect(msUntilHours(['Mon 9-10'], at(MONDAY, 10))).toBe((7 * 24 - 1) * HOUR);
  });

  it('is that of the nearest of a list', () => {
    expect(msUntilHours(['22-6', '12:00-13:00'], at(MONDAY, 11))).toBe(HOUR);
  });
});

describe('on days when the clock changes', () => {
  const { TZ } = process.env;
  afterEach(() => {
    if (TZ === undefined) delete process.env['TZ'];
    else process.env['TZ'] = TZ;
  });

  it('the wall clock counts, and a night is an hour shorter or longer', () => {
    process.env['TZ'] = 'Europe/Berlin';
    const spring = new Date('2026-03-29T01:00:00+01:00');
    expect(msUntilHours(['4-5'], spring)).toBe(2 * HOUR);
    const autumn = new Date('2026-10-25T01:00:00+02:00');
    expect(msUntilHours(['4-5'], autumn)).toBe(4 * HOUR);
  });

  it('hours that do not exist on one day begin on the next', () => {
    process.env['TZ'] = 'Europe/Berlin';
    const spring = new Date('2026-03-29T01:00:00+01:00');
    expect(msUntilHours(['2:15-2:45'], spring)).toBe(24.25 * HOUR);
    expect(msUntilHours(['Sun 2:15-2:45'], spring)).toBe((7 * 24 + 0.25) * HOUR);
    expect(msUntilHours(['2:30-5'], spring)).toBe(HOUR);
  });
});
