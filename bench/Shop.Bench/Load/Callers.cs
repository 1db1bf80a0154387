using System.Net.Sockets;
using Shop.Bench.Measuring;

namespace Shop.Bench.Load;

/// <summary>One call of a caller, reported to the recorder.</summary>
public sealed class Callers(Recorder recorder, TimeProvider time)
{
    // A server that is away would otherwise be asked as fast as it can refuse.
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(20);

    /// <param name="started">The time stamp that latency counts from.</param>
    public async ValueTask CallAsync(ICaller caller, long started, CancellationToken cancellationToken)
    {
        try
        {
            recorder.Answered(await caller.CallAsync(cancellationToken), started);
        }
        catch (Exception failure) when (Reason(failure) is { } reason)
        {
            recorder.Failed(reason, started);
            await Task.Delay(PauseAfterFailure, time, cancellationToken);
        }
    }

    private static string? Reason(Exception failure) => failure switch
    {
        SocketException { SocketErrorCode: SocketError.OperationAborted } or ObjectDisposedException => "timed out",
        SocketException socket => socket.SocketErrorCode.ToString(),
        InvalidDataException => failure.Message,
        _ => null,
    };
}
