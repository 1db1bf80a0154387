using System.Threading.Channels;

namespace Shop.Tests.Support;

/// <summary>
/// Before work that a process does again and again: lets it through once for each turn that is asked for. The work asks a
/// <see cref="Director"/> before and after, and after a failure soon again.
/// </summary>
internal sealed class Turnstile : IDisposable
{
    // A question is given up after a minute. One that is refused before is asked anew, so that none is answered too late.
    private static readonly TimeSpan Refusal = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly Channel<TaskCompletionSource> _wanted = Channel.CreateUnbounded<TaskCompletionSource>();
    private readonly IDisposable[] _points;
    private TaskCompletionSource? _turn;

    /// <param name="process">To the director.</param>
    /// <param name="before">The point before each turn.</param>
    /// <param name="after">The point after each turn that has not failed.</param>
    public Turnstile(Director director, string process, string before, string after) =>
        _points = [director.On(process, before, BeginAsync), director.On(process, after, EndAsync)];

    /// <summary>Has the work done once; throws when it failed.</summary>
    public Task TurnAsync()
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True(_wanted.Writer.TryWrite(turn));
        return turn.Task.WaitAsync(Deadline);
    }

    /// <summary>Refuses whoever is waiting.</summary>
    public void Dispose()
    {
        _wanted.Writer.Complete();
        foreach (var point in _points) point.Dispose();
    }

    private async Task BeginAsync()
    {
        _turn?.TrySetException(new InvalidOperationException("The turn failed in its process."));
        _turn = null;
        using var refusal = new CancellationTokenSource(Refusal);
        _turn = await _wanted.Reader.ReadAsync(refusal.Token);
    }

    private Task EndAsync()
    {
        _turn?.TrySetResult();
        return Task.CompletedTask;
    }
}
