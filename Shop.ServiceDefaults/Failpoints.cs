using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Shop.ServiceDefaults;

/// <summary>
/// Named points at which a test can crash the process, delay it, fail it or run a rival. Inert without configuration.
/// <c>Failpoints:&lt;name&gt;</c> = <c>crash</c>, <c>error</c>, <c>delay:500ms</c> or <c>ask:http://127.0.0.1:5000</c>, each with an
/// optional <c>@N</c>: the Nth hit only. A process that asks posts the name to that address and stands still until it is
/// answered, a minute at most; an answer other than a success, or none, is an error.
/// </summary>
public sealed class Failpoints
{
    private readonly ConcurrentDictionary<string, Func<CancellationToken, ValueTask>> _actions = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly Lazy<HttpClient> _director = new(() => new HttpClient { Timeout = TimeSpan.FromMinutes(1) });

    /// <summary>Reads the section <c>Failpoints</c>; a value that cannot be read is an error at start.</summary>
    public Failpoints(IConfiguration configuration, TimeProvider time)
    {
        _time = time;
        foreach (var point in configuration.GetSection("Failpoints").AsEnumerable(makePathsRelative: true))
            if (point.Value is { Length: > 0 } action)
                _actions[point.Key] = Parse(point.Key, action);
    }

    /// <summary>Runs <paramref name="action"/> at each hit of <paramref name="name"/>, until the answer is disposed.</summary>
    public IDisposable On(string name, Func<CancellationToken, ValueTask> action)
    {
        _actions[name] = action;
        return new Registration(() => _actions.TryRemove(KeyValuePair.Create(name, action)));
    }

    /// <summary>Called by the code under test.</summary>
    public ValueTask HitAsync(string name, CancellationToken cancellationToken) =>
        _actions.IsEmpty || !_actions.TryGetValue(name, out var action) ? ValueTask.CompletedTask : action(cancellationToken);

    private Func<CancellationToken, ValueTask> Parse(string name, string text)
    {
        var parts = text.Split('@');
        var perform = ParseAction(name, parts[0]);
        if (parts.Length == 1)
            return perform;
        if (parts.Length != 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var nth))
            throw Unreadable(name, text);
        var hits = 0;
        return token => Interlocked.Increment(ref hits) == nth ? perform(token) : ValueTask.CompletedTask;
    }

    private Func<CancellationToken, ValueTask> ParseAction(string name, string action)
    {
        if (action == "crash")
            return _ => Crash();
        if (action == "error")
            return _ => throw new FailpointException(name);
        if (action.StartsWith("delay:", StringComparison.Ordinal) && action.EndsWith("ms", StringComparison.Ordinal)
            && int.TryParse(action.AsSpan(6, action.Length - 8), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
            return async token => await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), _time, token);
        if (action.StartsWith("ask:", StringComparison.Ordinal) && Uri.TryCreate(action[4..], UriKind.Absolute, out var address)
            && address.Scheme == Uri.UriSchemeHttp)
            return token => AskAsync(name, new Uri(address, $"{address.AbsolutePath.TrimEnd('/')}/{name}"), token);
        throw Unreadable(name, action);
    }

    private async ValueTask AskAsync(string name, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _director.Value.PostAsync(address, content: null, cancellationToken);
            answer.EnsureSuccessStatusCode();
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && failure is HttpRequestException or OperationCanceledException)
        {
            throw new FailpointException(name, failure);
        }
    }

    // SIGKILL, not Exit: a crash runs no handlers and flushes nothing.
    private static ValueTask Crash()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
        return ValueTask.CompletedTask;
    }

    private static InvalidOperationException Unreadable(string name, string text) =>
        new($"Failpoints:{name} = '{text}' is not crash, error, delay:<n>ms or ask:http://<address>, optionally with @<n>.");

    private sealed class Registration(Action undo) : IDisposable
    {
        public void Dispose() => undo();
    }
}

/// <summary>Thrown by a failpoint told to fail.</summary>
public sealed class FailpointException(string name, Exception? cause = null) : Exception($"Failpoint {name}", cause);
