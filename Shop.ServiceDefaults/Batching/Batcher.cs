using System.Threading.Channels;
using Shop.ServiceDefaults.Problems;

namespace Shop.ServiceDefaults.Batching;

/// <summary>
/// Coalesces concurrent calls: while one batch is being flushed, the next one gathers. One loop, a bounded queue, items in
/// order of arrival. A caller that is refused or gone does not harm its neighbours.
/// </summary>
public sealed class Batcher<TItem, TResult> : IAsyncDisposable
{
    private readonly Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<BatchOutcome<TResult>>>> _flush;
    private readonly Channel<Entry> _queue;
    private readonly int _maxBatch;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    /// <param name="flush">Does the work of a batch; answers one outcome per item, in order. What it throws, every item of the batch sees.</param>
    /// <param name="maxBatch">Largest number of items per flush.</param>
    /// <param name="capacity">Items that may wait; above it callers get 503 <c>busy</c>.</param>
    public Batcher(
        Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<BatchOutcome<TResult>>>> flush, int maxBatch, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBatch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _flush = flush;
        _maxBatch = maxBatch;
        _queue = Channel.CreateBounded<Entry>(new BoundedChannelOptions(capacity) { SingleReader = true });
        // The loop outlives the request that may have created the batcher, and must not carry its trace context.
        using (ExecutionContext.SuppressFlow())
            _loop = Task.Run(RunAsync);
    }

    /// <inheritdoc cref="Batcher(Func{IReadOnlyList{TItem}, CancellationToken, Task{IReadOnlyList{BatchOutcome{TResult}}}}, int, int)"/>
    public Batcher(Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TResult>>> flush, int maxBatch, int capacity)
        : this(async (items, token) => [.. (await flush(items, token)).Select(r => new BatchOutcome<TResult>(r, null))], maxBatch, capacity)
    {
    }

    /// <summary>Waits for the outcome of <paramref name="item"/>. Cancelled before its batch starts, it is never flushed.</summary>
    /// <exception cref="ProblemException">503 <c>busy</c>: the queue is full.</exception>
    public Task<TResult> AddAsync(TItem item, CancellationToken cancellationToken)
    {
        var entry = new Entry(item, cancellationToken);
        if (!_queue.Writer.TryWrite(entry))
            throw Problem.Busy("Too many requests of this kind are waiting.");
        return entry.Result.WaitAsync(cancellationToken);
    }

    /// <summary>Refuses new items, finishes the waiting ones; after four seconds the running flush is cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_queue.Writer.TryComplete())
            return;
        _stop.CancelAfter(TimeSpan.FromSeconds(4));
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<Entry>(_maxBatch);
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            while (batch.Count < _maxBatch && _queue.Reader.TryRead(out var entry))
                if (!entry.IsGone)
                    batch.Add(entry);
            if (batch.Count > 0)
                await FlushAsync(batch);
        }
    }

    private async Task FlushAsync(List<Entry> batch)
    {
        try
        {
            var outcomes = await _flush([.. batch.Select(e => e.Item)], _stop.Token);
            if (outcomes.Count != batch.Count)
                throw new InvalidOperationException($"A batch of {batch.Count} got {outcomes.Count} outcomes.");
            for (var i = 0; i < batch.Count; i++)
                batch[i].Complete(outcomes[i]);
        }
        catch (Exception error)
        {
            foreach (var entry in batch)
                entry.Complete(error);
        }
    }

    private sealed class Entry(TItem item, CancellationToken caller)
    {
        // Asynchronous continuations: a caller's code must not run inside the loop.
        private readonly TaskCompletionSource<TResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TItem Item => item;

        public Task<TResult> Result => _result.Task;

        public bool IsGone => caller.IsCancellationRequested;

        public void Complete(BatchOutcome<TResult> outcome)
        {
            if (outcome.Error is { } error)
            {
                _result.TrySetException(error);
                _ = _result.Task.Exception; // Observed here, for callers that are gone.
            }
            else
            {
                _result.TrySetResult(outcome.Value!);
            }
        }
    }
}
