import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { BoardView, TowerLive } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useLive } from '../../api/live.js';

const KEY = ['board'];

/** The board: asked for once, then replaced by each live snapshot. */
export function useBoard() {
  const client = useQueryClient();
  useLive<TowerLive, 'board'>('tower', 'board', (board) => client.setQueryData(KEY, board));
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<BoardView>('/tower/board', signal),
    refetchInterval: 30_000,
  });
}
