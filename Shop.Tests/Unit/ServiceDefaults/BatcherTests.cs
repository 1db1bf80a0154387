using Shop.ServiceDefaults.Batching;
using Shop.ServiceDefaults.Problems;

namespace Shop.Tests.Unit.ServiceDefaults;

/// <summary>The flush of every test is a gate, so that what arrives meanwhile is decided by the test.</summary>
public sealed class BatcherTests
{
    private readonly List<int[]> _batches = [];
    private readonly SemaphoreSlim _started = new(0);
    private readonly SemaphoreSlim _go = new(0);

    [Fact]
    public async Task What_arrives_during_a_flush_is_the_next_batch_in_order_of_arrival()
    {
        await using var batcher = Batcher(maxBatch: 10);
        var first = batcher.AddAsync(1, CancellationToken.None);
        await _started.WaitAsync();
        var later = Enumerable.Range(2, 4).Select(i => batcher.AddAsync(i, CancellationToken.None)).ToArray();
        _go.Release(2);
        Assert.Equal(-1, await first);
        Assert.Equal((int[])[-2, -3, -4, -5], await Task.WhenAll(later));
        Assert.Equal([[1], [2, 3, 4, 5]], _batches);
    }

    [Fact]
    public async Task A_batch_is_never_larger_than_its_bound()
    {
        await using var batcher = Batcher(maxBatch: 2);
        var first = batcher.AddAsync(1, CancellationToken.None);
        await _started.WaitAsync();
        var later = Enumerable.Range(2, 3).Select(i => batcher.AddAsync(i, CancellationToken.None)).ToArray();
        _go.Release(3);
        await first;
        await Task.WhenAll(later);
        Assert.Equal([[1], [2, 3], [4]], _batches);
    }

    [Fact]
    public async Task A_full_queue_refuses_with_busy_and_keeps_what_it_has()
    {
        await using var batcher = Batcher(maxBatch: 1, capacity: 2);
        var first = batcher.AddAsync(1, CancellationToken.None);
        await _started.WaitAsync();
        var waiting = new[] { batcher.AddAsync(2, CancellationToken.None), batcher.AddAsync(3, CancellationToken.None) };
        var refusal = await Assert.ThrowsAsync<ProblemException>(() => batcher.AddAsync(4, CancellationToken.None));
        Assert.Equal((503, "busy"), (refusal.Status, refusal.Code));
        Assert.NotNull(refusal.RetryAfter);
        _go.Release(3);
        Assert.Equal((int[])[-1, -2, -3], await Task.WhenAll([first, .. waiting]));
    }

    [Fact]
    public async Task A_caller_that_is_gone_before_its_batch_is_not_flushed()
    {
        await using var batcher = Batcher(maxBatch: 10);
        using var gone = new CancellationTokenSource();
        var first = batcher.AddAsync(1, CancellationToken.None);
        await _started.WaitAsync();
        var leaver = batcher.AddAsync(2, gone.Token);
        var neighbour = batcher.AddAsync(3, CancellationToken.None);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaver);
        _go.Release(2);
        Assert.Equal((int[])[-1, -3], await Task.WhenAll(first, neighbour));
        Assert.Equal([[1], [3]], _batches);
    }

    [Fact]
    public async Task A_caller_that_leaves_during_its_flush_does_not_disturb_its_neighbours()
    {
        await using var batcher = Batcher(maxBatch: 10);
        using var gone = new CancellationTokenSource();
        var first = batcher.AddAsync(1, CancellationToken.None);
        await _started.WaitAsync();
        var leaver = batcher.AddAsync(2, gone.Token);
        var neighbour = batcher.AddAsync(3, CancellationToken.None);
        _go.Release();
        await first;
        await _started.WaitAsync();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaver);
        _go.Release();
        Assert.Equal(-3, await neighbour);
    }

    [Fact]
    public async Task A_refused_item_leaves_its_neighbours_alone()
    {
        await using var batcher = new Batcher<int, int>(
            (IReadOnlyList<int> items, CancellationToken _) => Task.FromResult<IReadOnlyList<BatchOutcome<int>>>(
                [.. items.Select(i => i == 2 ? new BatchOutcome<int>(0, new InvalidOperationException("two")) : i)]),
            maxBatch: 10, capacity: 10);
        var calls = Enumerable.Range(1, 3).Select(i => batcher.AddAsync(i, CancellationToken.None)).ToArray();
        Assert.Equal(1, await calls[0]);
        Assert.Equal("two", (await Assert.ThrowsAsync<InvalidOperationException>(() => calls[1])).Message);
        Assert.Equal(3, await calls[2]);
    }

    [Fact]
    public async Task A_flush_that_fails_fails_its_batch_and_not_the_next()
    {
        var flushes = 0;
        await using var batcher = new Batcher<int, int>(
            (IReadOnlyList<int> items, CancellationToken _) => ++flushes == 1
                ? throw new TimeoutException()
                : Task.FromResult<IReadOnlyList<int>>([.. items]),
            maxBatch: 10, capacity: 10);
        await Assert.ThrowsAsync<TimeoutException>(() => batcher.AddAsync(1, CancellationToken.None));
        Assert.Equal(2, await batcher.AddAsync(2, CancellationToken.None));
    }

    [Fact]
    public async Task A_flush_with_too_few_outcomes_is_an_error_for_all()
    {
        await using var batcher = new Batcher<int, int>(
            (IReadOnlyList<int> _, CancellationToken _) => Task.FromResult<IReadOnlyList<int>>([]), maxBatch: 10, capacity: 10);
        await Assert.ThrowsAsync<InvalidOperationException>(() => batcher.AddAsync(1, CancellationToken.None));
    }

    [Fact]
    public async Task Disposal_finishes_what_waits()
    {
        var batcher = Batcher(maxBatch: 1);
        var calls = Enumerable.Range(1, 3).Select(i => batcher.AddAsync(i, CancellationToken.None)).ToArray();
        var disposal = batcher.DisposeAsync();
        Assert.False(disposal.IsCompleted);
        _go.Release(3);
        await disposal;
        Assert.Equal((int[])[-1, -2, -3], await Task.WhenAll(calls));
    }

    private Batcher<int, int> Batcher(int maxBatch, int capacity = 100) => new(FlushAsync, maxBatch, capacity);

    private async Task<IReadOnlyList<int>> FlushAsync(IReadOnlyList<int> items, CancellationToken cancellationToken)
    {
        _batches.Add([.. items]);
        _started.Release();
        await _go.WaitAsync(cancellationToken);
        return [.. items.Select(i => -i)];
    }
}
