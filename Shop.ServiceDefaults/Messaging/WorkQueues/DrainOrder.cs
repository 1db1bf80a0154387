namespace Shop.ServiceDefaults.Messaging.WorkQueues;

/// <summary>Which lane is next: the urgent one, but of <paramref name="highsPerLow"/> + 1 jobs one is of the other, if any waits.</summary>
internal sealed class DrainOrder(int highsPerLow)
{
    private int _overtakers;

    /// <summary>The lane of the next job, given which have one; there is at least one.</summary>
    public int Next(bool high, bool low)
    {
        if (high && (!low || _overtakers < highsPerLow))
        {
            _overtakers = low ? _overtakers + 1 : 0;
            return 0;
        }

        _overtakers = 0;
        return 1;
    }
}
