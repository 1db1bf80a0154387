using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>One line of a resource's console.</summary>
internal readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);

/// <summary>
/// The console of every resource instance, by instance id: what the AppHost says about it, and what its process writes. The latter is
/// read from DCP once somebody watches (<see cref="AnySubscribers"/>).
/// </summary>
internal sealed class ResourceLoggerService(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ResourceLog> _logs = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Called with the instance id when the first watcher of that instance comes.</summary>
    internal event Action<string>? AnySubscribers;

    /// <summary>A logger that writes to the console of every instance of the resource.</summary>
    internal ILogger GetLogger(IResource resource) => new Logger(this, () => Ids(resource), time);

    internal ILogger GetLogger(string resourceName) => new Logger(this, () => [resourceName], time);

    /// <summary>The lines so far, then those to come, in batches.</summary>
    internal async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(
        string resourceName, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var log = LogOf(resourceName);
        var (backlog, reader) = log.Subscribe();
        AnySubscribers?.Invoke(resourceName);
        try
        {
            if (backlog.Count > 0) yield return backlog;
            while (await reader.WaitToReadAsync(cancellationToken))
            {
                var batch = new List<LogLine>();
                while (batch.Count < 1000 && reader.TryRead(out var line)) batch.Add(line);
                if (batch.Count > 0) yield return batch;
            }
        }
        finally
        {
            log.Unsubscribe(reader);
        }
    }

    /// <summary>The lines so far. Those of a process are there only if somebody has watched.</summary>
    internal IReadOnlyList<LogLine> GetAll(string resourceName) => LogOf(resourceName).Lines();

    internal void Append(string resourceName, string content, bool isErrorMessage) => LogOf(resourceName).Append(content, isErrorMessage);

    private ResourceLog LogOf(string name) => _logs.GetOrAdd(name, _ => new());

    private static IEnumerable<string> Ids(IResource resource) =>
        resource.Annotations.OfType<ResourceInstancesAnnotation>().LastOrDefault()?.Instances.Select(i => i.Id) ?? [resource.Name];

    private sealed class ResourceLog
    {
        private const int Kept = 10_000;
        private readonly Lock _lock = new();
        private readonly Queue<LogLine> _lines = new();
        private readonly List<Channel<LogLine>> _subscribers = [];
        private int _lineNumber;

        internal void Append(string content, bool isErrorMessage)
        {
            lock (_lock)
            {
                var line = new LogLine(++_lineNumber, content, isErrorMessage);
                _lines.Enqueue(line);
                if (_lines.Count > Kept) _lines.Dequeue();
                foreach (var subscriber in _subscribers) subscriber.Writer.TryWrite(line);
            }
        }

        internal IReadOnlyList<LogLine> Lines()
        {
            lock (_lock) return [.. _lines];
        }

        internal (IReadOnlyList<LogLine> Backlog, ChannelReader<LogLine> Reader) Subscribe()
        {
            var channel = Channel.CreateUnbounded<LogLine>(new() { SingleReader = true });
            lock (_lock)
            {
                _subscribers.Add(channel);
                return ([.. _lines], channel.Reader);
            }
        }

        internal void Unsubscribe(ChannelReader<LogLine> reader)
        {
            lock (_lock) _subscribers.RemoveAll(s => ReferenceEquals(s.Reader, reader));
        }
    }

    private sealed class Logger(ResourceLoggerService service, Func<IEnumerable<string>> ids, TimeProvider time) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var stamp = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            var text = formatter(state, exception) + (exception is null ? "" : " " + exception.Message);
            foreach (var id in ids()) service.Append(id, $"{stamp} [sys] {text}", logLevel >= LogLevel.Error);
        }
    }
}
