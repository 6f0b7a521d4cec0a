/** Why claims do not hold: written by hand, shown only for those that did not hold when the page was made. */
export interface Limit {
  /** Of the claims that it explains, matched against their words. */
  readonly claims: RegExp;
  /** What stands in the way: a bound with its sum, or what the data do not show. */
  readonly bound: string;
  /** What was tried against it, and what came of each. */
  readonly tried: string;
  /** The best that any of that reached, where it is better than what is shown. */
  readonly best?: string;
}

const HANDING_ON =
  "A slot that moves to a more urgent call of another process stands idle until the end of its attempt is known and the grant is there, about 0.4 s, or it is granted ahead and rejected where the attempt ends later. In A ten calls of the sixteen a second that are left are critical, and nearly each moves a slot. With a queue at the provider neither is seen. Who asks nobody takes each slot in the instant it is free, and has two thirds of its attempts rejected";

export const LIMITS: readonly Limit[] = [
  {
    claims: /^[a-c]-queue-0: (goodput|critical p99|wasted)/,
    bound: HANDING_ON,
    tried:
      "Leading the rejected share to 2.5 %, 6 % or nowhere: 14.0, 14.6 and 15.1 good answers a second of 15.6 in A, 5, 7 and 11 % wasted, critical p99 1.3, 1.3 and 1.9 times the oracle's (that is the trade: the page shows the first). Decisions with no delay at all: 0.4 a second more. A rejected place rests 0.25, 0.5 or 1 s: 14.8, 14.5 and 14.4. Nothing granted ahead: see the ablation. No move where one's own next slot is nearly as near: no fewer rejects. Retries that wait at the gate instead of a back-off: critical calls use up their six attempts",
    best: "97 % of the oracle's goodput in A, with 11 % wasted",
  },
  {
    claims: /^b-queue-(256|32): goodput not below/,
    bound:
      "Within three in a thousand of the oracle: what is left is the difference of two ways to hand on the last slot",
    tried: "Nothing",
  },
  {
    claims: /^c-.*: goodput not below/,
    bound:
      "Ten seconds are over when a limiter that every call passes has lost one: it sees each end as it happens, and a decision follows the first sign by half a second",
    tried:
      "Smaller standing bounds (see sensitivity); reports that are looked for every 100 ms; the age of open attempts as the first sign, which is what is shown",
  },
  {
    claims: /^d-.*/,
    bound:
      "A service takes 4 s on average and callers wait 4 s: half are served in vain whoever sends them, and nobody hears of one before it has timed out. The oracle sees the queue and each server, work for callers long gone included; for a fleet that work can only be guessed from what timed out",
    tried:
      "What timed out counts as in flight for 0.2, 0.4 and 0.8 of the time-out (see sensitivity); an account that drains at the usual rate, by time-outs and answers: 1.8 to 3.5 of 4.9; a hold with one prober when nothing good came for 11 s: 2.8, and none: 3.4",
    best: "79 % of the oracle's with an earlier, looser account of what is usual",
  },
  {
    claims: /lost when decisions are 1 s late/,
    bound:
      "From the fault's first second on 48 calls a second go out until a decision arrives: 0.9 s until an attempt is older than usual, up to 0.25 s to the report, 1 s on the way, 0.1 s to the tick: 2.2 s, 108 calls. Of what is in flight then the 64 first are answered in time; the provider works on the others for nobody, 16 a second. C is over after ten seconds",
    tried:
      "The standing bound is what meets the fault before anybody knows. It binds from 0.7 of it on; from 0.675, 0.65 and 0.6 on gives 84, 84 and 85 % of the oracle's instead of 77, a loss of 11, 12 and 10 points. Of the calls of a healthy fleet at three quarters of its provider's capacity 15 and 24 % then wait a moment instead of 10, and its p99 is 7 and 11 % longer instead of 5: that is paid every day, and the fault is not. A second report on its way: 1.1 a second more in A",
    best: "85 % of the oracle's in C, at that price",
  },
  {
    claims: /the coordinator was never there/,
    bound:
      "The retry budget is the same; the pauses before a retry are the hook's own, 50 ms and doubling, where the rival keeps its caller's, half a second to half a minute. With those the hook does what the rival does, 100 %",
    tried:
      "A first pause of 0.5, 2 and 5 s instead of 50 ms: 91, 88 and 82 % of the budget's goodput in the minute after. With a queue of 32 the hook's pauses do 4 % more than the rival's",
  },
  {
    claims: /least waste/,
    bound:
      "Who wastes least sends least: the best here leaves far more undone, or is passed by every call. What Headway wastes is sent in the second before the first sign, in the lift's tries, and where an answer comes later than its caller waits",
    tried:
      "No lift: 0.3 % instead of 1 % wasted in retrieval, and 13.3 good a second instead of 18. A smaller standing bound: a third less",
  },
  {
    claims: /^voice-traffic-spike: most goodput/,
    bound:
      "In the strain the fleet keeps to half as much again as was usual, and servers that were idle before the spike are found by the lift, a quarter at a time. Local limits find them at once and leave one critical call in ten undone; the lease prototype leaves one in a hundred",
    tried:
      "Three times what was usual in a strain: 105.8 of the oracle's 106.0 a second, critical in time 99.5 instead of 99.9 %, and far less in A (see sensitivity). No bound before the strain: 88 a second and 77 %",
    best: "99.8 % of the oracle's",
  },
  {
    claims: /^kyc-degraded-provider: most goodput/,
    bound:
      "Within noise of the lease prototype, which knows no priorities: the oracle is 3 % above both",
    tried:
      "A key's turn goes to its call with the earliest deadline, so that a begun check is finished: 6.2 to 7.8 a second of 8.1",
  },
  {
    claims: /^b-agents-400: goodput not below/,
    bound:
      "Four hundred processes share less than forty slots, so that nearly every call needs one to be handed over; a limiter that every call passes has nothing to hand over",
    tried: "Donors whose attempt ends soonest, granting ahead by age: 1.3 % of the oracle is left",
  },
  {
    claims: /critical (p99|in time)/,
    bound:
      "Critical calls share what is left with each other: a call that comes where no slot is free waits for one to be handed over, which the oracle does in no time",
    tried:
      "Slots by need, donors whose attempt ends soonest, granting ahead by age: 1.6 to 1.4 times the oracle's p99 in A and C",
  },
  {
    claims: /^TrainTicket .*: false episodes over the fleet/,
    bound:
      "Four of the five episodes are changes that are in the spans, minutes away from any label. `ts-basic-service` answers each of 16 calls of `basic/travels` in a row, and later each of 29, with one call made instead of four, and back to four within two seconds; `ts-food-service` answers each of 12 searches with none instead of three, the first 57 s before its label. That is what a `return` fault looks like, and no label says that one was on: the last one of ts-basic-service was 444 and 450 s before, and no fault is counted as on for more than 200 s. The fourth is the food episode told again, when the service is called for the first time after a pause of more than a minute. The fifth is false: twice as many calls of `ts-order-service` for each that `ts-execute-service` serves, for three seconds. In 0.63 h two an hour allow one",
    tried:
      "A run length a million times longer for calls made: the same episodes, 4 to 9 s later, for they stand 14 to 18 standard deviations out. Run lengths of 3,000 to 100,000 windows for times, and those matched to an alarm an hour, a day and a week: the same five. Operations told apart: it is within one operation that the calls are missing. Calls made not told at all: one episode, as many network and processor faults named, but the `return` fault of Online Boutique is missed",
    best: "1.6 an hour without calls made, at that price",
  },
];
