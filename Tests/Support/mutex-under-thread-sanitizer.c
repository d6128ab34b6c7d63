// Tells ThreadSanitizer when Mutex, of Swift's Synchronization, is handed from one thread to another.
//
// What Mutex does without contention is compiled into its callers, and so into what the sanitizer sees. Under
// contention it calls three functions of a library that is not built with the sanitizer, whose waiting and
// waking go unseen: then whatever the lock guards would look like a race. The linker's --wrap has the calls
// come here. The functions are methods: what they belong to is in the register of Swift's context.

#include <stdbool.h>
#include <stdint.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define METHOD __attribute__((swiftcall))
#define OF_MUTEX __attribute__((swift_context)) void *mutex

// Synchronization._MutexHandle._lockSlow(UInt32)
METHOD void realLock(uint32_t thread, OF_MUTEX) __asm__("__real_$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
METHOD void lock(uint32_t thread, OF_MUTEX) __asm__("__wrap_$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");

// Synchronization._MutexHandle._tryLockSlow() -> Bool
METHOD bool realTryLock(OF_MUTEX) __asm__("__real_$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF");
METHOD bool tryLock(OF_MUTEX) __asm__("__wrap_$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF");

// Synchronization._MutexHandle._unlockSlow()
METHOD void realUnlock(OF_MUTEX) __asm__("__real_$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
METHOD void unlock(OF_MUTEX) __asm__("__wrap_$s15Synchronization12_MutexHandleV11_unlockSlowyyF");

METHOD void lock(uint32_t thread, OF_MUTEX) {
    realLock(thread, mutex);
    __tsan_acquire(mutex);
}

METHOD bool tryLock(OF_MUTEX) {
    bool isLocked = realTryLock(mutex);
    if (isLocked) __tsan_acquire(mutex);
    return isLocked;
}

METHOD void unlock(OF_MUTEX) {
    __tsan_release(mutex);
    realUnlock(mutex);
}
