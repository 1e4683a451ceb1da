/**
 * The least percentage of messages that must be decoded in full, and at least in part, by damage and capture: the
 * measured share, rounded down.
 */
import { readTable } from './table.js';

const TABLE = `
% decoded in full/in part              |   gm-basic     gm-all   gm-admin  gm-split-odd    gm-many    g-lease  g-fops-all    g-gfapi
midstream                              |      99/99      99/99      76/99         99/99      99/99      98/99       99/99      97/98
0.1 % lost                             |      99/99      99/99      94/99         99/99      99/99      97/99       97/99      98/99
1 % lost                               |      98/99      98/98      82/99         97/97      98/98      92/98       90/99      89/99
10 % lost                              |      89/89      90/90      45/91         82/86      86/86      79/88       78/89      73/88
a tenth twice                          |      99/99      99/99      99/99         99/99      99/99      99/99       99/99      99/99
reordered in 2                         |      99/99      99/99      81/99         99/99      99/99      89/99       97/99      97/99
reordered in 3                         |      99/99      99/99      44/99         99/99      99/99      89/99       96/99      95/99
reordered in 5                         |      98/98      99/99      39/99         98/99      99/99      84/99       90/99      90/99
reordered in 10                        |      96/97      96/96      33/97         95/96      99/99      78/98       86/99      86/99
reordered in 20                        |      90/91      94/94      29/92         89/91      99/99      73/93       82/99      82/99
reordered in 50                        |      90/90      90/90      23/75         85/87      99/99      66/86       78/99      81/99
cut to 96                              |      78/99      75/99      32/98         84/99      20/54       0/99        0/99       0/98
cut to 128                             |      93/99      99/99      50/99         99/99      24/55      19/99       26/99      22/98
cut to 256                             |      98/99      99/99      99/99         99/99      40/57      70/99       63/99      56/98
cut to 512                             |      98/99      99/99      99/99         99/99      60/62      94/99       84/99      75/99
cut to 1024                            |      98/99      99/99      99/99         99/99      66/66      97/99       98/99      98/99
cut to 4096                            |      99/99      99/99      99/99         99/99      83/83      99/99       98/99      98/99
to servers only                        |      98/99      99/99      18/99         99/99      99/99      99/99       99/99      99/99
to clients only                        |      98/99      99/99      14/99         99/99      99/99       7/99        4/99       5/99
1 % lost, reordered in 5               |      97/98      98/98      37/98         96/97      98/98      82/98       85/99      83/99
1 % lost, cut to 128                   |      92/99      98/98      48/98         97/97      23/55      16/93       21/97      17/95
1 % lost, cut to 512                   |      97/99      98/98      82/99         97/97      60/61      87/98       76/99      66/97
10 % lost, cut to 256, reordered in 20 |      82/84      84/84      23/82         73/77      36/51      46/75       38/75      31/71
a tenth twice, reordered in 10         |      97/97      97/97      32/97         95/96      99/99      82/99       87/99      86/99
midstream, 1 % lost                    |      99/99      98/98      66/99         98/98      99/99      91/98       85/99      92/98
midstream, reordered in 10             |      94/95      92/92      21/96         83/86      92/92      74/93       87/99      83/99
midstream, cut to 128                  |      95/99      99/99      43/97         99/99      29/70      21/98       26/99      26/98
to servers only, 1 % lost              |      97/98      98/98      18/98         98/98      99/99      98/98       99/99      98/98
to clients only, 1 % lost              |      97/98      98/98      14/98         97/97      99/99       7/98        4/99       5/98
`;

export const FLOORS = readTable(TABLE);
