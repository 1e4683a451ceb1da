/**
 * The least share of messages, in percent, that must be decoded whole, and told of at all, by damage and
 * capture: what it was, rounded down.
 */
import { readTable } from './table.js';

const TABLE = `
% decoded whole/told of                | gm-basic   gm-all  gm-admin  gm-split-odd  gm-many
joined late                            |   99/100    99/99     76/99         99/99  100/100
0.1 % lost                             |    99/99    99/99    94/100         99/99    99/99
1 % lost                               |    99/99    98/98     82/99         97/97    98/98
10 % lost                              |    89/89    90/90     45/91         82/86    86/86
a tenth twice                          |  100/100  100/100   100/100       100/100  100/100
reordered in 2                         |  100/100  100/100    81/100       100/100  100/100
reordered in 3                         |   99/100    99/99    44/100         99/99  100/100
reordered in 5                         |    98/99    99/99    39/100         98/99  100/100
reordered in 10                        |    96/96    96/96     33/97         95/96    99/99
reordered in 20                        |    91/91    94/94     29/92         90/91    99/99
reordered in 50                        |    90/91    90/90     23/75         86/88    99/99
cut to 96                              |   78/100   75/100     32/98         84/99    20/54
cut to 128                             |   93/100   99/100    50/100       100/100    24/55
cut to 256                             |   98/100  100/100   100/100       100/100    40/57
cut to 512                             |   98/100  100/100   100/100       100/100    60/62
cut to 1024                            |   98/100  100/100   100/100       100/100    66/66
cut to 4096                            |  100/100  100/100   100/100       100/100    83/83
to servers only                        |   98/100  100/100    18/100       100/100  100/100
to clients only                        |   98/100  100/100    14/100       100/100  100/100
1 % lost, reordered in 5               |    97/98    98/98     37/98         96/97    98/98
1 % lost, cut to 128                   |    93/99    98/98     48/98         97/97    23/55
1 % lost, cut to 512                   |    97/99    98/98     82/99         97/97    60/61
10 % lost, cut to 256, reordered in 20 |    82/83    85/85     23/82         75/78    36/51
a tenth twice, reordered in 10         |    97/97    97/97     32/97         96/97    99/99
joined late, 1 % lost                  |    98/98    98/98     66/99         97/98    99/99
joined late, reordered in 10           |    94/95    91/91     21/96         86/89    92/92
joined late, cut to 128                |   95/100   99/100     43/97         99/99    29/70
to servers only, 1 % lost              |    97/98    98/98     18/98         98/98    99/99
to clients only, 1 % lost              |    97/98    99/99     14/98         96/97    99/99
`;

export const FLOORS = readTable(TABLE);
