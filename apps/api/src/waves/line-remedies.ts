/** The code under which a line that no wave could take is on the supervisor's list. */
export const LINE_FAILED = 'waves.line-failed';

/** The code under which a channel whose waves can't be planned is there. */
export const CHANNEL_STUCK = 'waves.channel-stuck';
/** It tries again without waiting any longer. */
export const CHANNEL_REMEDIES = ['try again'] as const;

/** What a supervisor may have done with it, in the words of the list; RemediesService does it. */
export const LINE_REMEDIES = ['try again', 'close the lines short', 'cancel the order'] as const;
