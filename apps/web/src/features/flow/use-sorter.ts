import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { SorterView, TowerLive } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useLive } from '../../api/live.js';

const KEY = ['sorter'];

/** The conveyor: asked for once, then replaced by each live snapshot. */
export function useSorter() {
  const client = useQueryClient();
  useLive<TowerLive, 'sorter'>('tower', 'sorter', (sorter) => client.setQueryData(KEY, sorter));
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<SorterView>('/flow/sorter', signal),
    refetchInterval: 30_000,
  });
}
